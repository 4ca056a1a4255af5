import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { root, startScripts, startService, type Service } from "./support/process.ts";

describe.each(startScripts)("npm run %s", (SCRIPT) => {
  const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
  let service: Service;
  beforeAll(async () => {
    service = await startService({ SCRIPT, DATA_DIR: dataDir, POSTGRES_URL: await newDatabase() });
  });
  afterAll(async () => {
    const { code, stderr } = await service.stop();
    assert.deepEqual([code, stderr], [0, ""]);
    rmSync(dataDir, { recursive: true });
  });

  /** The README's walk through the service, with the ports of this very one. */
  function commands(): string {
    const readme = readFileSync(`${root}README.md`, "utf8");
    const block = /```sh\n(API=http:\/\/127\.0\.0\.1:3000 [\s\S]*?)```/.exec(readme)?.[1];
    assert.ok(block !== undefined, "the README has a block that begins with API=");
    const [first = "", ...rest] = block.split("\n");
    assert.equal(first, "API=http://127.0.0.1:3000 INTERNAL=http://127.0.0.1:3001");
    return [`API=${service.url} INTERNAL=${service.internal}`, ...rest].join("\n");
  }

  describe("the README's walk through the service", () => {
    it("prints, line by line, what it promises", async () => {
      const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
      const script = ["--norc", "-euo", "pipefail", "-c", commands()];
      const { stdout, stderr } = await promisify(execFile)("bash", script, { env });
      assert.equal(stderr, "");
      const lines = stdout.trimEnd().split("\n");
      const [confirmed = "", byTag, me = "", sessions = "", out = "", ...rest] = lines;
      const [dead, deadToo, forgot = "", reset = "", oldPassword, oldSession, newPassword] = rest;

      const said = (line: string): unknown => (JSON.parse(line) as { message: unknown }).message;
      assert.match(String(said(confirmed)), /confirmed/);
      assert.equal(byTag, "Bearer");
      const { id, createdAt, lastLoginAt, ...ada } = JSON.parse(me) as Record<string, unknown>;
      const name = { firstName: "Ada", lastName: "Lovelace", tag: "ada", email: "ada@example.com" };
      assert.deepEqual(ada, { ...name, status: "CONFIRMED", locale: "en" });
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      for (const time of [createdAt, lastLoginAt]) assert.match(String(time), /^\d{4}-.*Z$/);
      const opened = (JSON.parse(sessions) as { sessions: Record<string, unknown>[] }).sessions;
      assert.deepEqual(
        opened.map(({ agent, ip, current }) => [agent, ip, current]),
        [
          ["curl", "127.0.0.1", false],
          ["curl", "127.0.0.1", true],
        ],
      );
      assert.match(String(said(out)), /signed out/);
      assert.deepEqual([dead, deadToo], ["invalid_token", "invalid_token"]);
      assert.match(String(said(forgot)), /on its way/);
      assert.equal(said(reset), "Your password was changed.");
      assert.deepEqual(
        [oldPassword, oldSession, newPassword],
        ["invalid_credentials", "invalid_token", "Bearer"],
      );
      assert.equal(rest.length, 7, "and nothing more");
    });
  });
});
