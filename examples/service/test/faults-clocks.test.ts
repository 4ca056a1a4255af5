import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import {
  aPerson,
  clientOf,
  codeIn,
  mailTo,
  pairOf,
  readiness,
  tokenIn,
  untilReady,
  type Client,
} from "./support/client.ts";
import { startService, type Service } from "./support/process.ts";
import { codeOf, fieldsOf, send } from "./support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
const seconds = 90;
let services: readonly Service[] = [];
let right: Client;
let ahead: Client;
let behind: Client;

/** A module that, imported first, sets a process's clock so many seconds off. */
function clockOff(by: number): string {
  const path = join(folder, `clock${by}.mjs`);
  writeFileSync(
    path,
    `const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { super(...(given.length === 0 ? [Right.now() + ${by * 1000}] : given)); }
  static now() { return Right.now() + ${by * 1000}; }
};
`,
  );
  return path;
}

beforeAll(async () => {
  const variables = {
    ...{ POSTGRES_URL: await newDatabase(), REDIS_URL: await serviceUrl("redis") },
    ...{ AUTH_SECRET: randomBytes(32).toString("base64url"), PUBLIC_URL: "http://localhost" },
  };
  const preloads = [seconds, -seconds].map((by) => ({ NODE_OPTIONS: `--import=${clockOff(by)}` }));
  services = await Promise.all(
    [{}, ...preloads].map((preload) => startService({ ...variables, ...preload }, "listening")),
  );
  const [first, second, third] = services;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  [right, ahead, behind] = [clientOf(first), clientOf(second), clientOf(third)];
  await untilReady(first);
  // The others are never ready, and say why.
  const says = "its clock and ours differ";
  while (!services.slice(1).every((service) => service.stdout().includes(says))) await pause(10);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  rmSync(folder, { recursive: true });
});

async function registered(tag: string): Promise<ReturnType<typeof aPerson>> {
  const person = aPerson(tag);
  const { registrationId } = fieldsOf(await right.register(person), 201);
  const code = codeIn(await mailTo(services, person.email, "confirmation_code"));
  fieldsOf(await right.confirm(person.email, String(registrationId), code), 200);
  return person;
}

describe("one process whose clock is 90 s off", () => {
  it("says so at readyz, of each store that it differs from, and the others do not", async () => {
    const [first, ...others] = services;
    assert.ok(first !== undefined);
    assert.deepEqual(await readiness(first), { status: 200, missing: [] });
    for (const service of others) {
      const { status, missing } = await readiness(service);
      assert.equal(status, 503);
      assert.deepEqual(
        missing.map(({ store }) => store),
        ["accounts", "sessions"],
      );
      for (const { reason } of missing) {
        assert.match(
          reason,
          /^its clock and ours differ by (?:89|90|91)(?:\.\d)? s; synchronise both$/,
        );
      }
      assert.equal((await send("GET", `${service.url}/healthz`)).status, 200);
    }
  });

  it("refuses no token for being old, any for coming out of the future, and ends no session by it", async () => {
    const ada = await registered("ada");
    const ofRight = pairOf(await right.login(ada.tag, ada.password));
    const ofAhead = pairOf(await ahead.login(ada.tag, ada.password));
    const ofBehind = pairOf(await behind.login(ada.tag, ada.password));
    for (const client of [right, ahead]) {
      fieldsOf(await client.me(ofRight.accessToken), 200);
      fieldsOf(await client.me(ofBehind.accessToken), 200);
    }
    for (const [client, pair] of [
      [behind, ofRight],
      [behind, ofAhead],
      [right, ofAhead],
    ] as const) {
      assert.equal(codeOf(await client.me(pair.accessToken)), "invalid_token");
      assert.equal(codeOf(await client.renew(pair.refreshToken)), "invalid_token");
    }
    fieldsOf(await ahead.me(ofAhead.accessToken), 200);
    fieldsOf(await right.me(ofRight.accessToken), 200);
    pairOf(await right.renew(ofRight.refreshToken));
    pairOf(await ahead.renew(ofAhead.refreshToken));
  });

  it("brings back no session: what one ends is over for all, renewals included", async () => {
    const grace = await registered("grace");
    for (const [opens, closes] of [
      [right, ahead],
      [behind, right],
      [behind, ahead],
      [ahead, ahead],
    ] as const) {
      const pair = pairOf(await opens.login(grace.tag, grace.password));
      const renewed = pairOf(await closes.renew(pair.refreshToken));
      fieldsOf(await closes.logout(renewed), 200);
      for (const client of [right, ahead, behind]) {
        for (const { accessToken, refreshToken } of [pair, renewed]) {
          assert.equal(codeOf(await client.me(accessToken)), "invalid_token");
          assert.equal(codeOf(await client.renew(refreshToken)), "invalid_token");
        }
      }
    }
  });

  it("resets a password once, and no session of the old one outlives that anywhere", async () => {
    const eve = await registered("eve");
    const pairs = [];
    for (const client of [right, ahead, behind]) {
      pairs.push(pairOf(await client.login(eve.tag, eve.password)));
    }
    fieldsOf(await right.forgot(eve.email), 200);
    const token = tokenIn(await mailTo(services, eve.email, "reset_link"));
    fieldsOf(await ahead.reset(token, eve.email, "another engine altogether"), 200);
    for (const client of [right, ahead, behind]) {
      const again = await client.reset(token, eve.email, "a third engine of no numbers");
      assert.ok([400, 401].includes(again.status), again.text);
      assert.equal(codeOf(await client.login(eve.tag, eve.password)), "invalid_credentials");
      for (const { accessToken, refreshToken } of pairs) {
        assert.equal(codeOf(await client.me(accessToken)), "invalid_token");
        assert.equal(codeOf(await client.renew(refreshToken)), "invalid_token");
      }
      pairOf(await client.login(eve.tag, "another engine altogether"));
    }
  });
});
