import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { command, startRedis, type RedisService } from "../../../tools/services/redis.ts";
import {
  aPerson,
  clientOf,
  codeIn,
  mailsOf,
  mailTo,
  pairOf,
  readiness,
  tokenIn,
  untilReady,
  type Client,
  type Pair,
} from "./support/client.ts";
import { behindProxy, type Network } from "./support/network.ts";
import { startService, type Service } from "./support/process.ts";
import { codeOf, fieldsOf, send, type Answer } from "./support/wire.ts";

const patienceMilliseconds = 2000;
const password = randomBytes(12).toString("hex");
const [ada, eve] = [aPerson("ada"), aPerson("eve")];

let postgres: Network;
let redis: Network;
let redisServer: RedisService;
let direct: Pool;
let service: Service;
let client: Client;
let pair: Pair;
let token = "";
let claim = { id: "", code: "" };

beforeAll(async () => {
  const postgresUrl = await newDatabase();
  postgres = await behindProxy(postgresUrl);
  redisServer = await startRedis({ settings: { "enable-debug-command": "yes" } });
  redis = await behindProxy(redisServer.url);
  direct = new Pool({ connectionString: postgresUrl, max: 1 });
  const AUTH_SECRET = randomBytes(32).toString("base64url");
  const urls = { POSTGRES_URL: postgres.url, REDIS_URL: redis.url };
  service = await startService({ ...urls, AUTH_SECRET });
  client = clientOf(service);
  for (const person of [ada, eve]) {
    const { registrationId } = fieldsOf(await client.register(person), 201);
    const code = codeIn(await mailTo([service], person.email, "confirmation_code"));
    claim = { id: String(registrationId), code };
    if (person === ada) fieldsOf(await client.confirm(ada.email, claim.id, code), 200);
  }
  pair = pairOf(await client.login(ada.tag, ada.password));
  fieldsOf(await client.forgot(ada.email), 200);
  token = tokenIn(await mailTo([service], ada.email, "reset_link"));
});
afterAll(async () => {
  await service.stop();
  await Promise.all([direct.end(), postgres.stop(), redis.stop()]);
  await redisServer.stop();
});

type Asks = Readonly<Record<string, () => Promise<Answer>>>;

/** Whatever reads or writes accounts; nobody's limits are used up by being asked again. */
function asksOfAccounts(): Asks {
  const stranger = aPerson(`stranger-${randomUUID().slice(0, 8)}`);
  return {
    register: () => client.register(stranger),
    confirm: () => client.confirm(eve.email, claim.id, claim.code),
    resend: () => client.resend(stranger.email, randomUUID()),
    login: () => client.login(ada.tag, ada.password),
    loginByNobody: () => client.login(stranger.tag, password),
    renew: () => client.renew(pair.refreshToken),
    forgot: () => client.forgot(stranger.email),
    checkLink: () => client.checkLink(token),
    reset: () => client.reset(token, ada.email, "another engine altogether"),
    change: () => client.change(pair.accessToken, ada.password, "another engine altogether"),
    me: () => client.me(pair.accessToken),
    closeAll: () => client.closeAll(pair.accessToken),
  };
}

/** Whatever reads or writes sessions alone. */
function asksOfSessions(): Asks {
  return {
    verify: () => client.verify(pair.accessToken),
    sessions: () => client.sessions(pair.accessToken),
    closeSession: () => client.closeSession(pair.accessToken, randomUUID()),
    logout: () => client.logout(pair),
  };
}

/** Everything that something half done, or done too late, would change. */
async function everything(): Promise<unknown> {
  const rows = async (sql: string): Promise<unknown> => (await direct.query(sql)).rows;
  return {
    users: await rows("SELECT id, epoch, password_hash, link_digest FROM latchkey.users"),
    claims: await rows("SELECT id FROM latchkey.registrations ORDER BY id"),
    jobs: await rows("SELECT id FROM latchkey.jobs ORDER BY id"),
    sessions: fieldsOf(await client.sessions(pair.accessToken), 200),
    mails: (await mailsOf(service)).length,
  };
}

async function assertUnavailable(name: string, ask: () => Promise<Answer>): Promise<number> {
  const asked = performance.now();
  const answer = await ask();
  const took = performance.now() - asked;
  assert.equal(answer.status, 503, `${name}: ${answer.text}`);
  assert.equal(codeOf(answer), "store_unavailable", name);
  assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/, name);
  assert.doesNotMatch(answer.text, /\bat .*\.[jt]s|Error|127\.0\.0\.1|postgres|redis/i);
  assert.ok(took < patienceMilliseconds, `${name} took ${took} ms`);
  return took;
}

const outages = ["refused", "frozen", "cut", "dropped"] as const;
type Outage = (typeof outages)[number] | "asleep";
const silent = {
  postgres: /^Postgres (?:did not answer within|gives no connection in time: check)/,
  redis: /^Redis, or the network to it, is silent or too slow/,
};
const causes: Readonly<Record<"postgres" | "redis", Readonly<Record<Outage, RegExp>>>> = {
  postgres: {
    refused: /^Postgres cannot be reached: check its address.*ECONNREFUSED/,
    cut: /^(?:Postgres cannot be reached|the connection to Postgres broke): check/,
    ...{ frozen: silent.postgres, dropped: silent.postgres, asleep: silent.postgres },
  },
  redis: {
    refused: /^no connection to Redis: check that it runs/,
    cut: /^no connection to Redis: check that it runs/,
    ...{ frozen: silent.redis, dropped: silent.redis, asleep: silent.redis },
  },
};

/** Long enough to be asked everything twice. */
const sleepSeconds = 6;

/** Begins an outage, and answers what ends it. */
async function begin(store: "postgres" | "redis", outage: Outage): Promise<() => Promise<unknown>> {
  const network = store === "postgres" ? postgres : redis;
  if (outage !== "asleep") {
    await network.fail(outage);
    return () => network.heal();
  }
  // The server itself takes what it is sent, and does it when it wakes.
  const sleeping = command(redisServer.url, "DEBUG", "SLEEP", String(sleepSeconds));
  await pause(50);
  return () => sleeping;
}

/** Has everything asked while a store is away; how many milliseconds after it is back all is well. */
async function recoveryAfter(
  store: "postgres" | "redis",
  outage: Outage,
  asks: Asks,
): Promise<number> {
  const before = await everything();
  const end = await begin(store, outage);
  try {
    const entries = Object.entries(asks);
    await Promise.all(entries.map(([name, ask]) => assertUnavailable(name, ask)));
    // And again, now that the connections are known to be bad.
    const counted = ["login", "forgot", "register", "confirm"];
    const again = entries.filter(([name]) => outage !== "dropped" && !counted.includes(name));
    await Promise.all(again.map(([name, ask]) => assertUnavailable(name, ask)));
    const { status, missing } = await readiness(service);
    assert.equal(status, 503);
    assert.deepEqual(
      missing.map((one) => one.store),
      [store === "postgres" ? "accounts" : "sessions"],
    );
    assert.match(missing[0]?.reason ?? "", causes[store][outage]);
    for (const base of [service.url, service.internal]) {
      assert.equal((await send("GET", `${base}/healthz`)).status, 200);
    }
  } finally {
    await end();
  }
  const took = await untilReady(service);
  // What were kept for later would come now.
  await pause(200);
  assert.deepEqual(await everything(), before);
  return took;
}

describe("Postgres away", () => {
  it.each(outages)(
    "%s: whatever needs accounts is 503 in time, and nothing happens later",
    async (outage) => {
      const took = await recoveryAfter("postgres", outage, asksOfAccounts());
      assert.ok(took < 5000, `ready again after ${took} ms`);
    },
  );

  it("does not matter to what needs sessions alone", async () => {
    await postgres.fail("refused");
    try {
      assert.equal((await client.verify(pair.accessToken)).status, 204);
      fieldsOf(await client.sessions(pair.accessToken), 200);
      assert.equal((await send("GET", `${service.url}/.well-known/jwks.json`)).status, 200);
    } finally {
      await postgres.heal();
      await untilReady(service);
    }
  });
});

describe("Redis away", () => {
  it.each([...outages, "asleep"] as const)(
    "%s: every endpoint is 503 in time, and nothing happens later",
    async (outage) => {
      const asks = { ...asksOfAccounts(), ...asksOfSessions() };
      const took = await recoveryAfter("redis", outage, asks);
      assert.ok(took < 5000, `ready again after ${took} ms`);
    },
  );
});

describe("after all outages", () => {
  it("what was refused can be done: the code, the session, the password and the link live", async () => {
    fieldsOf(await client.confirm(eve.email, claim.id, claim.code), 200);
    const next = pairOf(await client.renew(pair.refreshToken));
    pairOf(await client.login(ada.tag, ada.password));
    fieldsOf(await client.checkLink(token), 200);
    fieldsOf(await client.reset(token, ada.email, "another engine altogether"), 200);
    assert.equal(codeOf(await client.me(next.accessToken)), "invalid_token");
    pairOf(await client.login(ada.tag, "another engine altogether"));
  });

  it("SIGTERM in the middle of one ends the service with 0 within 10 s", async () => {
    await Promise.all([postgres.fail("frozen"), redis.fail("frozen")]);
    const asked = Date.now();
    const last = client.me(pair.accessToken).catch(() => null);
    const { code, stderr } = await service.stop();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(Date.now() - asked < 10_000);
    await last;
  });

  it("no line of the log holds an address' password, and none is anything but JSON", () => {
    const secrets = [new URL(postgres.url).password, ada.password, pair.refreshToken, token];
    const written = service.stdout() + service.stderr();
    for (const secret of secrets) assert.ok(!written.includes(secret));
    assert.equal(service.stderr(), "");
    const reasons = service
      .lines()
      .flatMap(({ event, reason }) => (event === "fault" ? reason : []));
    for (const says of [causes.postgres, causes.redis].flatMap((cause) => Object.values(cause))) {
      assert.ok(
        reasons.some((reason) => says.test(String(reason))),
        String(says),
      );
    }
    assert.doesNotMatch(written, /(?:postgres|redis):\/\/|\$argon2|\b(?:SELECT|INSERT|UPDATE)\b/);
    assert.ok(!written.includes(ada.email));
    for (const { status } of service.lines()) assert.notEqual(status, 500);
  });
});
