import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import {
  aPerson,
  clientOf,
  codeIn,
  mailTo,
  pairOf,
  tokenIn,
  untilReady,
  type Client,
  type Pair,
  type Person,
} from "./support/client.ts";
import { startService, type Service } from "./support/process.ts";
import { codeOf, fieldsOf, type Answer } from "./support/wire.ts";

let services: readonly Service[] = [];
let a: Client;
let b: Client;

beforeAll(async () => {
  const variables = {
    ...{ POSTGRES_URL: await newDatabase(), REDIS_URL: await serviceUrl("redis") },
    ...{ AUTH_SECRET: randomBytes(32).toString("base64url"), PUBLIC_URL: "http://localhost" },
  };
  // Both at once on a database without tables: one makes them.
  services = await Promise.all([1, 2].map(() => startService(variables)));
  await Promise.all(services.map(untilReady));
  const [first, second] = services;
  assert.ok(first !== undefined && second !== undefined);
  [a, b] = [clientOf(first), clientOf(second)];
});
afterAll(async () => {
  for (const { code, stderr } of await Promise.all(services.map((service) => service.stop()))) {
    assert.deepEqual([code, stderr], [0, ""]);
  }
});

async function registered(person: Person): Promise<void> {
  const { registrationId } = fieldsOf(await a.register(person), 201);
  const code = codeIn(await mailTo(services, person.email, "confirmation_code"));
  fieldsOf(await b.confirm(person.email, String(registrationId), code), 200);
}

/** The same asked of both processes at the same moment, so many times in all. */
function onBoth(times: number, ask: (client: Client) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => ask(index % 2 === 0 ? a : b)));
}

describe("two processes of the service on one Postgres and one Redis", () => {
  const ada = aPerson("ada");
  let pair: Pair;

  it("migrated once, whichever was first", () => {
    const migrations = services.flatMap((service) =>
      service.lines().filter(({ message }) => message === "migrated"),
    );
    assert.equal(migrations.length, 1);
  });

  it("one registers, the other confirms, and both sign in", async () => {
    await registered(ada);
    pair = pairOf(await a.login(ada.tag, ada.password));
    for (const client of [a, b]) fieldsOf(await client.me(pair.accessToken), 200);
    pairOf(await b.login(ada.email, ada.password));
    const listed = await Promise.all([a, b].map((client) => client.sessions(pair.accessToken)));
    const [one, other] = listed.map((answer) => fieldsOf(answer, 200)["sessions"]);
    assert.deepEqual(one, other);
    assert.equal(Array.isArray(one) ? one.length : 0, 2);
  });

  it("thirty renewals of one token, half at each, are one and the same pair", async () => {
    const renewed = (await onBoth(30, (client) => client.renew(pair.refreshToken))).map(pairOf);
    assert.equal(new Set(renewed.map(({ refreshToken }) => refreshToken)).size, 1);
    assert.equal(new Set(renewed.map(({ accessToken }) => accessToken)).size, 1);
    pair = renewed[0] ?? pair;
    for (const client of [a, b]) assert.equal((await client.verify(pair.accessToken)).status, 204);
  });

  it("who signs out at one is signed out at the other", async () => {
    fieldsOf(await a.logout(pair), 200);
    assert.equal(codeOf(await b.me(pair.accessToken)), "invalid_token");
    assert.equal(codeOf(await b.renew(pair.refreshToken)), "invalid_token");
    assert.equal((await b.verify(pair.accessToken)).status, 401);
  });

  it("a code confirms once, at whichever it is sent to", async () => {
    const grace = aPerson("grace");
    const { registrationId } = fieldsOf(await a.register(grace), 201);
    const code = codeIn(await mailTo(services, grace.email, "confirmation_code"));
    const confirm = (client: Client) => client.confirm(grace.email, String(registrationId), code);
    const statuses = (await onBoth(4, confirm)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 1);
    assert.equal(statuses.filter((status) => status === 400).length, 3);
    pairOf(await b.login(grace.tag, grace.password));
  });

  it("a link asked for at one resets once, and ends every session at both", async () => {
    const before = pairOf(await b.login(ada.tag, ada.password));
    fieldsOf(await a.forgot(ada.email), 200);
    const token = tokenIn(await mailTo(services, ada.email, "reset_link"));
    for (const client of [a, b]) fieldsOf(await client.checkLink(token), 200);
    const passwords = Array.from({ length: 6 }, (_, index) => `another engine, number ${index}`);
    const answers = await Promise.all(
      passwords.map((password, index) => (index % 2 ? a : b).reset(token, ada.email, password)),
    );
    const winners = passwords.filter((_, index) => answers[index]?.status === 200);
    assert.equal(winners.length, 1, answers.map(({ text }) => text).join());
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      assert.equal(codeOf(answer), "expired_token");
    }
    for (const client of [a, b]) {
      assert.equal(codeOf(await client.checkLink(token)), "expired_token");
      assert.equal(codeOf(await client.me(before.accessToken)), "invalid_token");
      assert.equal(codeOf(await client.renew(before.refreshToken)), "invalid_token");
      assert.equal(codeOf(await client.login(ada.tag, ada.password)), "invalid_credentials");
      pairOf(await client.login(ada.tag, winners[0] ?? ""));
    }
    assert.match(await mailTo(services, ada.email, "password_changed"), /\S/);
  });

  it("wrong passwords are counted together", async () => {
    const answers: unknown[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      const client = tries % 2 === 0 ? a : b;
      answers.push(codeOf(await client.login("nobody", "not a password of anybody")));
    }
    assert.deepEqual(answers, [...Array<string>(5).fill("invalid_credentials"), "rate_limited"]);
  });
});
