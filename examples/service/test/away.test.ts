import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { freePorts, spawnService, type ServiceProcess } from "./support/process.ts";
import { codeOf, fieldsOf, post, send } from "./support/wire.ts";

const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
const password = "canary1843";
let service: ServiceProcess;
let url = "";
let internal = "";
beforeAll(async () => {
  const [port, internalPort] = await freePorts();
  service = spawnService({
    ...{ PORT: String(port), INTERNAL_PORT: String(internalPort), DATA_DIR: dataDir },
    // The port of a protocol that nobody speaks any more.
    POSTGRES_URL: `postgres://ada:${password}@127.0.0.1:9/nothing`,
  });
  url = `http://127.0.0.1:${port}`;
  internal = `http://127.0.0.1:${internalPort}`;
  while (!service.stdout().includes('"message":"listening"')) await pause(10);
});
afterAll(() => rmSync(dataDir, { recursive: true }));

describe("the service while its database is away", () => {
  it("lives, but is not ready, and says which store is missing", async () => {
    fieldsOf(await send("GET", `${url}/healthz`), 200);
    const { status, missing } = fieldsOf(await send("GET", `${internal}/readyz`), 503);
    assert.equal(status, "unavailable");
    assert.ok(Array.isArray(missing));
    const stores = missing.map((trouble: { readonly store?: unknown }) => trouble.store);
    assert.deepEqual(stores, ["accounts"]);
  });

  it("answers 503 with Retry-After, and never that a password is wrong", async () => {
    const login = { tag: "ada", password: "an engine of no numbers" };
    const email = "ada@example.com";
    for (const answer of [
      await post(`${url}/api/v1/tokens/public/login`, login),
      await post(`${url}/api/auth/forgot-password`, { email }),
      await post(`${url}/api/v1/users/public/confirm`, { email, confirmationCode: "123456" }),
    ]) {
      assert.equal(codeOf(answer), "store_unavailable");
      assert.equal(answer.status, 503);
      assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/);
      assert.ok(!answer.text.includes("127.0.0.1"));
    }
    const asked = Date.now();
    assert.equal(codeOf(await post(`${url}/api/v1/tokens/public/login`, {})), "invalid_input");
    assert.ok(Date.now() - asked < 1000, "bad input asks no store");
  });

  it("ends with 0 when asked to, and its log holds no password", async () => {
    service.child.kill("SIGTERM");
    const { code, stdout, stderr } = await service.ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(!stdout.includes(password));
    const lines = service.lines();
    // Each fault says what is wrong and what helps.
    const faults = lines.filter(({ event }) => event === "fault");
    assert.ok(faults.length > 0);
    for (const { error, reason } of faults) {
      assert.equal(error, "store_unavailable");
      assert.match(String(reason), /^Postgres cannot be reached: check its address.*ECONNREFUSED/);
    }
    const said = lines.flatMap(({ message }) => message ?? []);
    assert.ok(said.includes("listening") && said.includes("not ready"));
    assert.ok(!said.includes("ready"), "ready without a database");
  });
});
