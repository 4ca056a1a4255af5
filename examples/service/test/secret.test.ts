import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, it } from "vitest";
import { keptSecret } from "../src/secret.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the secret of a folder", () => {
  it("is made once, 32 random bytes, for its owner's eyes alone", () => {
    const dataDir = join(folder, "new", "data");
    const { secret, path } = keptSecret(dataDir);
    assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    assert.deepEqual(keptSecret(dataDir), { secret, path });
    assert.deepEqual(readdirSync(dataDir), ["secret"], "nothing else is left behind");
  });

  it("is one and the same for all that ask for it at the same moment", async () => {
    const [threads, rounds] = [2, 100];
    const gate = new SharedArrayBuffer(4 * rounds);
    const url = new URL("./support/secret-reader.ts", import.meta.url);
    const answers = await Promise.all(
      Array.from({ length: threads }, async (_, index) => {
        const answer = join(folder, `answer${index}`);
        const workerData = { folder, rounds, gate, threads, watches: index > 0, answer };
        await once(new Worker(url, { workerData }), "exit");
        return JSON.parse(readFileSync(answer, "utf8")) as readonly string[];
      }),
    );
    for (let round = 0; round < rounds; round += 1) {
      const told = new Set(answers.map((secrets) => secrets[round]));
      assert.equal(told.size, 1, `round ${round}: ${[...told].join(", ")}`);
      assert.match([...told][0] ?? "", /^[A-Za-z0-9_-]{43}$/);
    }
  });

  it("is refused, not replaced, where the file holds something else", () => {
    for (const text of ["", "short", `${"A".repeat(42)}!`]) {
      writeFileSync(join(folder, "secret"), text);
      assert.throws(() => keptSecret(folder), /^TypeError: DATA_DIR: .*secret.*delete/);
    }
  });
});
