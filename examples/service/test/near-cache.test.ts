import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { aPerson, clientOf, codeIn, mailTo, pairOf, untilReady } from "./support/client.ts";
import type { Client } from "./support/client.ts";
import { startService, type Service } from "./support/process.ts";
import { fieldsOf } from "./support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
let services: readonly Service[] = [];
let a: Client;
let b: Client;

beforeAll(async () => {
  const OPTIONS_FILE = join(folder, "options.json");
  writeFileSync(OPTIONS_FILE, JSON.stringify({ sessions: { nearCacheEntries: 1000 } }));
  const variables = {
    ...{ POSTGRES_URL: await newDatabase(), REDIS_URL: await serviceUrl("redis"), OPTIONS_FILE },
    ...{ AUTH_SECRET: randomBytes(32).toString("base64url"), PUBLIC_URL: "http://localhost" },
  };
  services = await Promise.all([1, 2].map(() => startService(variables)));
  await Promise.all(services.map(untilReady));
  const [first, second] = services;
  assert.ok(first !== undefined && second !== undefined);
  [a, b] = [clientOf(first), clientOf(second)];
});
afterAll(async () => {
  const endings = await Promise.all(services.map((service) => service.stop()));
  rmSync(folder, { recursive: true });
  for (const { code, stderr } of endings) assert.deepEqual([code, stderr], [0, ""]);
});

describe("two processes of the service that remember sessions", () => {
  it("let nobody in who signed out: the one that was told at once, the other within 2 s", async () => {
    const ada = aPerson("ada");
    const { registrationId } = fieldsOf(await a.register(ada), 201);
    const code = codeIn(await mailTo(services, ada.email, "confirmation_code"));
    fieldsOf(await b.confirm(ada.email, String(registrationId), code), 200);
    const pair = pairOf(await a.login(ada.tag, ada.password));
    for (const client of [a, b, a, b]) {
      assert.equal((await client.verify(pair.accessToken)).status, 204);
    }

    fieldsOf(await a.logout(pair), 200);
    const since = performance.now();
    assert.equal((await a.verify(pair.accessToken)).status, 401);
    while ((await b.verify(pair.accessToken)).status !== 401) {
      assert.ok(performance.now() - since < 2000, "let in 2 s after the end");
      await pause(10);
    }
    for (const client of [a, b]) fieldsOf(await client.me(pair.accessToken), 401);
  });
});
