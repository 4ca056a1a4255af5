import {
  connectRedis,
  redisStores,
  type RedisConnection,
  type RedisStores,
} from "@latchkey/store-redis";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startProxy, type Proxy } from "../../../tools/services/proxy.ts";
import { command, startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { outageOf, pause, recovery } from "./outage.ts";
import { aSession, aWorld, later, methods, now, renewal, settled, window } from "./samples.ts";

let server: RedisService;
let proxy: Proxy;
let connection: RedisConnection;
let stores: RedisStores;

beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server);
  connection = connectRedis(`redis://127.0.0.1:${proxy.port}`);
  stores = redisStores(connection.redis);
  await connection.ready();
});

afterEach(async () => {
  proxy.behave({ delayMs: 0, traffic: "pass", replies: "pass" });
  await recovery(() => stores.sessions.list("nobody", now));
});

afterAll(async () => {
  await connection.close();
  await proxy.stop();
  await server.stop();
});

const asked = async (...words: [string, ...string[]]): Promise<unknown> =>
  command(server.url, ...words);

describe("a server that is down", () => {
  it("is an outage for every method at once, and over when it is back, with nothing left to run", async () => {
    await settled(stores);
    const { port } = server;
    await server.stop();
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(methods(stores, aWorld()).map(([name, call]) => outageOf(call, name)));
    }
    expect(await outageOf(() => stores.sessions.list("nobody", now))).toMatch(
      /no connection to Redis/,
    );

    server = await startRedis({ port });
    expect(await recovery(() => stores.sessions.find("nobody", "none", now))).toBeLessThan(2000);
    await pause(200);
    expect(await asked("DBSIZE")).toBe(0);
    expect(await stores.sessions.closeAll("nobody", {})).toBe(0);
  });
});

describe("a server that does not answer", () => {
  it("is an outage within two seconds, and what was asked meanwhile never happens", async () => {
    const world = await settled(stores);
    const before = await everything();
    process.kill(server.process.pid, "SIGSTOP");
    try {
      await Promise.all(methods(stores, world).map(([name, call]) => outageOf(call, name)));
      // The second round meets a connection that is given up while it waits, before its deadline.
      await Promise.all(methods(stores, world).map(([name, call]) => outageOf(call, name)));
      await pause(200);
    } finally {
      process.kill(server.process.pid, "SIGCONT");
    }
    await recovery(() => stores.sessions.list("nobody", now));
    await pause(300);
    expect(await everything()).toEqual(before);
  });

  it("does nothing of what arrives after its caller has given up", async () => {
    const world = await settled(stores);
    const before = await everything();
    const hasty = redisStores(connection.redis, { deadlineMs: 400 });
    await hasty.sessions.list("nobody", now);
    proxy.behave({ traffic: "hold" });
    await Promise.all(methods(hasty, world).map(([name, call]) => outageOf(call, name)));
    // The network delivers all of it, late, on the same connection.
    proxy.behave({ traffic: "pass" });
    await recovery(() => stores.sessions.list("nobody", now));
    await pause(300);
    expect(await everything()).toEqual(before);
    // And the owner of the session has lost nothing by it.
    const answer = await stores.sessions.rotate(renewal(world.session), later(60));
    expect(answer.outcome).toBe("rotated");
  });
});

describe("a slow network", () => {
  it("is not an outage", async () => {
    const world = await settled(stores);
    proxy.behave({ delayMs: 150 });
    expect(await stores.sessions.find(world.session.userId, world.session.id, now)).not.toBeNull();
    expect(await stores.sessions.close(world.session.userId, world.session.id)).toBe(true);
  });
});

describe("a reply that is lost after the deed", () => {
  it("leaves a deed that can be done again and answers the same", async () => {
    const session = aSession();
    const lost = async (call: () => Promise<unknown>): Promise<void> => {
      proxy.behave({ replies: "cut" });
      await outageOf(call);
      proxy.behave({ replies: "pass" });
      await recovery(() => stores.sessions.list("nobody", now));
    };
    await lost(() => stores.sessions.open(session, 100, now));
    await stores.sessions.open(session, 100, now);
    expect(await stores.sessions.list(session.userId, now)).toEqual([session]);

    await lost(() => stores.sessions.rotate(renewal(session), later(5)));
    const again = await stores.sessions.rotate(renewal(session), later(6));
    expect(again).toEqual({
      outcome: "repeated",
      session: await stores.sessions.find(session.userId, session.id, later(6)),
    });

    await lost(() => stores.sessions.closeAll(session.userId, {}));
    expect(await stores.sessions.closeAll(session.userId, {})).toBe(0);
  });
});

describe("a server that lost its memory", () => {
  it("is given the scripts again when they were flushed", async () => {
    const world = await settled(stores);
    await asked("SCRIPT", "FLUSH");
    for (const [, call] of methods(stores, world)) await call();
    expect(await stores.sessions.list(world.session.userId, now)).toEqual([]);
  });

  it("knows no session after a flush, and takes new ones", async () => {
    const { session } = await settled(stores);
    await asked("FLUSHALL");
    expect(await stores.sessions.find(session.userId, session.id, now)).toBeNull();
    expect(await stores.sessions.rotate(renewal(session), now)).toEqual({ outcome: "gone" });
    await stores.sessions.open(session, 1, now);
    expect(await stores.sessions.list(session.userId, now)).toEqual([session]);
  });
});

describe("a server that keeps its data on disk", () => {
  it("remembers over a kill what was renewed, closed and counted", async () => {
    const folder = await mkdtemp(join(tmpdir(), "latchkey-appendonly-"));
    const settings = { dir: folder, appendonly: "yes", appendfsync: "always" };
    let durable = await startRedis({ settings });
    const own = connectRedis(durable.url);
    try {
      await own.ready();
      const { sessions, limits } = redisStores(own.redis);
      const [renewed, closed] = [aSession(), aSession()];
      for (const session of [renewed, closed]) await sessions.open(session, 10, now);
      await sessions.rotate(renewal(renewed), later(1));
      await sessions.rotate(renewal(renewed, { generation: 1 }), later(2));
      await sessions.close(closed.userId, closed.id);
      await limits.take("somebody", [{ ...window, limit: 1 }], now);

      const { port } = durable;
      process.kill(durable.process.pid, "SIGKILL");
      await durable.stop();
      durable = await startRedis({ port, settings });
      await recovery(() => sessions.list("nobody", now));
      expect(await sessions.find(closed.userId, closed.id, now)).toBeNull();
      expect(await sessions.rotate(renewal(renewed), later(3))).toEqual({ outcome: "replayed" });
      const taken = await limits.take("somebody", [{ ...window, limit: 1 }], now);
      expect(taken.outcome).toBe("limited");
    } finally {
      await own.close();
      await durable.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** All keys and what they hold, past the stores. */
async function everything(): Promise<Record<string, unknown>> {
  const keys = ((await asked("KEYS", "*")) as string[]).toSorted();
  const entries = keys.map(async (key) => [key, await asked("DUMP", key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
