import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, vi } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { startService, type Service } from "../src/app.ts";
import { readEnvironment } from "../src/environment.ts";
import { aPerson, clientOf, readiness, untilReady } from "./support/client.ts";
import { behindProxy } from "./support/network.ts";
import { freePorts, linesOf } from "./support/process.ts";
import { codeOf, fieldsOf, send } from "./support/wire.ts";

const canary = "a-password-nobody-may-read";
const secret = randomBytes(32).toString("base64url");
const cleanUps: (() => Promise<unknown>)[] = [];
let written = "";
let locked: RedisService;

beforeAll(async () => {
  locked = await startRedis({ password: "right" });
});
afterAll(() => locked.stop());
beforeEach(() => {
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  vi.restoreAllMocks();
});

type Urls = Readonly<Record<"POSTGRES_URL" | "REDIS_URL", string>>;

async function started(urls: Partial<Urls>): Promise<{ url: string; internal: string }> {
  const [port, internal] = await freePorts();
  const ports = { PORT: String(port), INTERNAL_PORT: String(internal) };
  const environment = readEnvironment({ ...ports, ...urls, AUTH_SECRET: secret });
  const service: Service = await startService(environment);
  cleanUps.push(() => service.stop());
  return { url: `http://127.0.0.1:${port}`, internal: `http://127.0.0.1:${internal}` };
}

/** What readyz says of the store in trouble, as soon as that is the only one, each time in time. */
async function troubleOf(service: { internal: string }, store: string, says: RegExp) {
  for (const end = Date.now() + 5000; ;) {
    const asked = performance.now();
    const { status, missing } = await readiness(service);
    assert.ok(performance.now() - asked < 2000);
    assert.equal(status, 503);
    const [one, ...others] = missing;
    const isSaid = one?.store === store && says.test(one.reason) && others.length === 0;
    if (isSaid) return;
    assert.ok(Date.now() < end, JSON.stringify(missing));
  }
}

const wrong: Readonly<
  Record<string, { store: string; says: RegExp; urls: () => Promise<Partial<Urls>> }>
> = {
  "a wrong password of Postgres": {
    store: "accounts",
    says: /^Postgres refuses this user or password: check the address/,
    urls: async () => ({
      POSTGRES_URL: (await newDatabase()).replace(/:[^:@]+@/, `:${canary}@`),
    }),
  },
  "a database that is not there": {
    store: "accounts",
    says: /^this database does not exist: create it, or check the address/,
    urls: async () => ({ POSTGRES_URL: (await newDatabase()).replace(/[^/]+$/, "nowhere") }),
  },
  "a Postgres that nobody knows": {
    store: "accounts",
    says: /^Postgres cannot be reached: check its address/,
    urls: async () => ({ POSTGRES_URL: `postgres://u:${canary}@postgres.invalid/x` }),
  },
  "a wrong password of Redis": {
    store: "sessions",
    says: /^Redis refused the credentials: check user and password of the address/,
    urls: async () => ({
      POSTGRES_URL: await newDatabase(),
      REDIS_URL: `redis://:${canary}@127.0.0.1:${locked.port}`,
    }),
  },
  "a node of a cluster given as a server of its own": {
    store: "sessions",
    says: /^this server is part of a cluster/,
    urls: async () => ({
      POSTGRES_URL: await newDatabase(),
      REDIS_URL: (await serviceUrl("redis-cluster")).split(",")[0] ?? "",
    }),
  },
  "a server given as a cluster": {
    store: "sessions",
    says: /^this server is not a cluster/,
    urls: async () => {
      const redis = await serviceUrl("redis");
      return { POSTGRES_URL: await newDatabase(), REDIS_URL: `${redis},${redis}` };
    },
  },
};

describe("an address that leads to no store that can be used", () => {
  it.each(Object.entries(wrong))(
    "%s: the service starts, readyz names cause and cure, and no refusal or line more than it may",
    async (_name, { store, says, urls }) => {
      const service = await started(await urls());
      const client = clientOf(service);
      await troubleOf(service, store, says);

      const strangers = Array.from({ length: 4 }, () => aPerson(randomUUID().slice(0, 8)));
      const answers = await Promise.all([
        ...strangers.map((stranger) => client.register(stranger)),
        ...strangers.map(({ tag }) => client.login(tag, canary)),
      ]);
      // Of a cluster's keys one node has some: what it can answer, it does.
      const refused = answers.filter(({ status }) => status !== 201 && status !== 401);
      assert.ok(refused.length > 0);
      for (const answer of refused) {
        assert.equal(answer.status, 503, answer.text);
        assert.equal(codeOf(answer), "store_unavailable");
      }
      for (const { text } of answers) assert.doesNotMatch(text, /\bat .*\.[jt]s|Postgres|Redis/i);
      assert.equal((await send("GET", `${service.url}/healthz`)).status, 200);
      assert.ok(!written.includes(canary));
      const faults = linesOf(written).filter(({ event }) => event === "fault");
      assert.ok(
        faults.some(({ reason }) => says.test(String(reason))),
        "no fault says why",
      );
      assert.doesNotMatch(written, /"message":"ready"/);
    },
  );
});

describe("a service that is started before its Postgres", () => {
  it.each(["refused", "frozen", "dropped"] as const)(
    "%s: starts, says what it waits for, and is ready as soon as that is there",
    async (outage) => {
      const network = await behindProxy(await newDatabase());
      cleanUps.push(() => network.stop());
      await network.fail(outage);
      const service = await started({ POSTGRES_URL: network.url });
      const waits = /Postgres cannot be reached|no connection in time|being migrated/;
      await troubleOf(service, "accounts", waits);
      const ada = aPerson("ada");
      assert.equal((await clientOf(service).register(ada)).status, 503);
      await network.heal();
      const took = await untilReady(service);
      assert.ok(took < 5000, `ready after ${took} ms`);
      assert.match(written, /"message":"migrated"/);
      await vi.waitFor(() => assert.match(written, /"message":"ready"/));
      fieldsOf(await clientOf(service).register(ada), 201);
    },
  );
});
