import { isAuthError } from "@latchkey/core";
import {
  checkRedis,
  type ConnectOptions,
  connectRedis,
  redisStores,
  type RedisConnection,
} from "@latchkey/store-redis";
import { Cluster, Redis } from "ioredis";
import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { command, startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { outageOf, pause } from "./outage.ts";
import { aSession, later, methods, now, renewal, settled } from "./samples.ts";

const readme = new URL("../README.md", import.meta.url);
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function aServer(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisService> {
  const server = await startRedis(options);
  cleanUps.push(() => server.stop());
  return server;
}

function connected(
  address: string | readonly string[],
  options: ConnectOptions = {},
): RedisConnection {
  const connection = connectRedis(address, options);
  cleanUps.push(() => connection.close());
  return connection;
}

describe("a client that would keep commands for later", () => {
  const lazyConnect = true;
  const never = { enableOfflineQueue: false, maxRetriesPerRequest: null };
  const late = { enableOfflineQueue: false, maxRetriesPerRequest: 20 };
  const refused: readonly (readonly [name: string, redis: () => Redis, says: RegExp])[] = [
    [
      "with ioredis' defaults",
      () => new Redis({ lazyConnect }),
      /enableOfflineQueue: false and maxRetriesPerRequest: 0/,
    ],
    [
      "with an offline queue",
      () => new Redis({ lazyConnect, maxRetriesPerRequest: 1 }),
      /with enableOfflineQueue: false,/,
    ],
    ["that never gives up", () => new Redis({ lazyConnect, ...never }), /maxRetriesPerRequest: 0/],
    ["that gives up late", () => new Redis({ lazyConnect, ...late }), /maxRetriesPerRequest: 0/],
  ];
  it.each(refused)("is refused %s", (_name, make, says) => {
    const redis = make();
    expect(() => redisStores(redis)).toThrow(TypeError);
    expect(() => redisStores(redis)).toThrow(says);
  });

  const enableOfflineQueue = false;
  const nodes = ["redis://127.0.0.1:1"];
  it("is refused of a cluster", () => {
    const queueing = new Cluster(nodes, { lazyConnect });
    expect(() => redisStores(queueing)).toThrow(/enableOfflineQueue: false/);
    const reading = new Cluster(nodes, { lazyConnect, enableOfflineQueue, scaleReads: "slave" });
    expect(() => redisStores(reading)).toThrow(/scaleReads: "master"/);
  });

  it("is taken when it fails fast", () => {
    const single = new Redis({ lazyConnect, enableOfflineQueue, maxRetriesPerRequest: 1 });
    const cluster = new Cluster(nodes, { lazyConnect, enableOfflineQueue });
    for (const redis of [single, cluster]) expect(Object.keys(redisStores(redis))).toHaveLength(3);
  });
});

describe("wrong options", () => {
  it("are a TypeError", () => {
    const { redis } = connected("redis://127.0.0.1:1");
    expect(() => redisStores(redis, { deadlineMs: 0 })).toThrow(TypeError);
    expect(() => redisStores(redis, { waitReplicas: -1 })).toThrow(TypeError);
    for (const address of ["127.0.0.1:6379", "http://127.0.0.1", "redis:", []]) {
      expect(() => connectRedis(address)).toThrow(TypeError);
    }
  });
});

describe("a server that cannot be used", () => {
  const cases: Record<
    string,
    () => Promise<readonly [address: string | readonly string[], says: RegExp]>
  > = {
    "that is not there": async () => [
      "redis://127.0.0.1:1",
      /no connection to Redis: check that it runs/,
    ],
    "whose name is not known": async () => ["redis://redis.invalid", /check the address/],
    "that wants another password": async () => {
      const { port } = await aServer({ password: "right" });
      return [`redis://:wrong@127.0.0.1:${port}`, /refused the credentials.*WRONGPASS/];
    },
    "that wants a password": async () => {
      const { port } = await aServer({ password: "right" });
      return [`redis://127.0.0.1:${port}`, /refused the credentials.*NOAUTH/];
    },
    "that is a read-only replica": async () => {
      const { port } = await aServer();
      const replica = await aServer({ settings: { replicaof: `127.0.0.1 ${port}` } });
      return [replica.url, /read-only replica: connect to the primary/];
    },
    "that is not a cluster": async () => [
      [(await aServer()).url],
      /not a cluster: use an ioredis Redis/,
    ],
  };

  it.each(Object.entries(cases))(
    "%s is an outage that names cause and cure",
    async (_name, prepare) => {
      const [address, says] = await prepare();
      const connection = connected(address, { deadlineMs: 400 });
      const stores = redisStores(connection.redis);
      await connection.ready().catch(() => undefined);
      expect(await outageOf(() => stores.sessions.open(aSession(), 1, now))).toMatch(says);
      expect(await outageOf(() => checkRedis(connection.redis))).toMatch(says);
    },
  );

  it("is an outage that names the cluster where one of its nodes is taken for all", async () => {
    const [address = ""] = (await serviceUrl("redis-cluster")).split(",");
    const connection = connected(address);
    const { sessions } = redisStores(connection.redis, { prefix: "refusals" });
    await connection.ready();
    const opened = Array.from({ length: 30 }, () => sessions.open(aSession(), 1, now));
    const failed = (await Promise.allSettled(opened)).filter(({ status }) => status === "rejected");
    // Two thirds of all users belong to other nodes.
    expect(failed.length).toBeGreaterThan(0);
    const says = failed.map((one) => String(causeOf("reason" in one ? one.reason : undefined)));
    for (const words of says) expect(words).toMatch(/part of a cluster: use an ioredis Cluster/);
    expect(await outageOf(() => checkRedis(connection.redis))).toMatch(/connectRedis\(\[address/);
  });
});

function causeOf(error: unknown): unknown {
  return isAuthError(error, "store_unavailable") ? error.cause : undefined;
}

describe("a connection that is not there yet", () => {
  it("is an outage at once, and none from when it is ready", async () => {
    const server = await aServer();
    const connection = connected(server.url);
    const stores = redisStores(connection.redis);
    await outageOf(() => stores.sessions.list("nobody", now));
    await connection.ready();
    const calls = methods(stores, await settled(stores)).map(([, call]) => call());
    expect(await Promise.all(calls)).toHaveLength(11);
  });
});

describe("a Redis user with the rights that README.md lists, and no more", () => {
  it("can do everything", async () => {
    const server = await aServer();
    const rights = /^ACL SETUSER .*$/m.exec(await readFile(readme, "utf8"))?.[0] ?? "";
    const [name = "", ...words] = rights.split(" ");
    await command(server.url, name, ...words);
    const connection = connected(`redis://latchkey:a-long-password@127.0.0.1:${server.port}`);
    await connection.ready();
    const stores = redisStores(connection.redis);
    for (const [, call] of methods(stores, await settled(stores))) await call();
    const stop = new AbortController();
    cleanUps.push(() => stop.abort());
    await stores.sessions.watch(() => undefined, stop.signal);
    expect((await checkRedis(connection.redis)).warnings).toEqual([]);
    const other = redisStores(connection.redis, { prefix: "other" });
    const says = await outageOf(() => other.sessions.list("nobody", now));
    expect(says).toMatch(/lacks a right: README.md/);
  });
});

describe("a server that may throw keys away", () => {
  it("is warned about, once", async () => {
    const server = await aServer({ settings: { "maxmemory-policy": "allkeys-lru" } });
    const connection = connected(server.url);
    await connection.ready();
    const heard: string[] = [];
    const hear = (warning: Error): unknown => heard.push(warning.message);
    process.on("warning", hear);
    cleanUps.push(() => process.off("warning", hear));
    for (const prefix of ["one", "two"]) {
      const { sessions } = redisStores(connection.redis, { prefix });
      await sessions.list("nobody", now);
      await sessions.list("nobody", now);
    }
    await pause(100);
    expect(heard).toEqual([expect.stringMatching(/allkeys-lru.*Set it to noeviction/)]);
    const { warnings, times } = await checkRedis(connection.redis);
    expect(warnings).toEqual(heard);
    expect(Math.abs(Date.now() - (times[0]?.getTime() ?? 0))).toBeLessThan(1000);
  });

  it("is not warned about where it may not", async () => {
    const cluster = connected((await serviceUrl("redis-cluster")).split(","));
    await cluster.ready();
    const { warnings, times } = await checkRedis(cluster.redis);
    expect([warnings, times.length]).toEqual([[], 3]);
  });
});

describe("closes that wait for replicas", () => {
  it("are answered when these have them, and an outage when they have not in time", async () => {
    const primary = await aServer();
    const replica = await aServer({ settings: { replicaof: `127.0.0.1 ${primary.port}` } });
    const connection = connected(primary.url);
    await connection.ready();
    const { sessions } = redisStores(connection.redis, { waitReplicas: 1 });
    const [first, second] = [aSession(), aSession()];
    for (const session of [first, second]) await sessions.open(session, 1, now);
    for (let tries = 0; tries < 50; tries += 1) {
      if (
        await sessions.close("nobody", "none").then(
          () => true,
          () => false,
        )
      )
        break;
      await pause(50);
    }
    expect(await sessions.close(first.userId, first.id)).toBe(true);
    process.kill(replica.process.pid, "SIGSTOP");
    cleanUps.push(() => process.kill(replica.process.pid, "SIGCONT"));
    expect(await outageOf(() => sessions.close(second.userId, second.id))).toMatch(
      /0 of 1 replicas/,
    );
    // It is closed none the less, and everything else goes on.
    expect(await sessions.rotate(renewal(second), later(1))).toEqual({ outcome: "gone" });
  });
});
