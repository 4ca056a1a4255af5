import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { aPerson, clientOf, codeIn, mailTo, pairOf, readiness } from "./support/client.ts";
import { freePorts, spawnService, startService, type Service } from "./support/process.ts";
import { codeOf, fieldsOf } from "./support/wire.ts";

const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

const ada = aPerson("ada");

async function registered(service: Service): Promise<void> {
  const client = clientOf(service);
  const { registrationId } = fieldsOf(await client.register(ada), 201);
  const code = codeIn(await mailTo([service], ada.email, "confirmation_code"));
  fieldsOf(await client.confirm(ada.email, String(registrationId), code), 200);
}

describe("the service without any store given", () => {
  it("says where it keeps everything, lets nobody else in there, and forgets nothing over a restart or a kill", async () => {
    const first = await startService({ DATA_DIR: dataDir });
    assert.match(first.stdout(), /POSTGRES_URL is not set: an embedded Postgres keeps its files/);
    assert.match(first.stdout(), /REDIS_URL is not set/);
    assert.ok(first.stdout().includes(JSON.stringify(dataDir)));
    assert.deepEqual(await readiness(first), { status: 200, missing: [] });
    await registered(first);
    const kept = pairOf(await clientOf(first).login(ada.tag, ada.password));

    const [port] = await freePorts();
    const second = await spawnService({ DATA_DIR: dataDir, PORT: String(port) }).ended;
    assert.equal(second.code, 1);
    const refusal = new RegExp(
      `^latchkey: DATA_DIR: process ${first.child.pid} uses ${dataDir}; set another DATA_DIR, or POSTGRES_URL to share one\n$`,
    );
    assert.match(second.stderr, refusal);
    fieldsOf(await clientOf(first).me(kept.accessToken), 200);
    assert.equal((await first.stop()).code, 0);

    const url = `http://localhost:${new URL(first.url).port}`;
    const third = await startService({ DATA_DIR: dataDir, PUBLIC_URL: url });
    const opened = pairOf(await clientOf(third).login(ada.email, ada.password));
    third.child.kill("SIGKILL");
    assert.equal((await third.ended).signal, "SIGKILL");

    const fourth = await startService({ DATA_DIR: dataDir, PUBLIC_URL: url });
    const again = clientOf(fourth);
    fieldsOf(await again.me(opened.accessToken), 200);
    const next = pairOf(await again.renew(opened.refreshToken));
    fieldsOf(await again.logout(next), 200);
    assert.equal(codeOf(await again.me(next.accessToken)), "invalid_token");
    const ended = await fourth.stop();
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  }, 60_000);
});
