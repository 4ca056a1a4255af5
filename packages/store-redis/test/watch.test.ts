import type { SessionNotice } from "@latchkey/core/ports";
import {
  connectRedis,
  redisStores,
  type RedisConnection,
  type RedisStores,
} from "@latchkey/store-redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startProxy, type Proxy } from "../../../tools/services/proxy.ts";
import { command, startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { outageOf, pause, recovery } from "./outage.ts";
import { aSession, now } from "./samples.ts";

let server: RedisService;
let proxy: Proxy;
let connection: RedisConnection;
let stores: RedisStores;
let heard: SessionNotice[];
let stop: AbortController;

beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server);
  connection = connectRedis(`redis://127.0.0.1:${proxy.port}`);
  await connection.ready();
  stores = redisStores(connection.redis, { deadlineMs: 600 });
});
beforeEach(() => {
  heard = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  proxy.behave({ traffic: "pass" });
  await recovery(() => stores.sessions.list("nobody", now));
});
afterAll(async () => {
  await connection.close();
  await proxy.stop();
  await server.stop();
});

const watch = (): Promise<void> =>
  stores.sessions.watch((notice) => heard.push(notice), stop.signal);
const gaps = (): number => heard.filter(({ kind }) => kind === "gap").length;
const subscribers = async (): Promise<unknown> =>
  ((await command(server.url, "PUBSUB", "NUMSUB", "latchkey:closed")) as unknown[])[1];

/** Whether it happens, within a time. */
async function happens(
  done: () => boolean | Promise<boolean>,
  patienceMs: number,
): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (!(await done()) && performance.now() < end) await pause(10);
  return done();
}

/** Whether a close made now is heard of. */
async function closeIsHeard(): Promise<boolean> {
  const session = aSession();
  await recovery(() => stores.sessions.open(session, 1, now));
  await recovery(() => stores.sessions.close(session.userId, session.id));
  const ofIt = (notice: SessionNotice): boolean =>
    notice.kind === "closed" && notice.userId === session.userId;
  return happens(() => heard.some(ofIt), 1000);
}

describe("a watcher", () => {
  it("is told of a gap when its connection is cut, and again when it listens once more", async () => {
    await watch();
    expect(await closeIsHeard()).toBe(true);
    expect(gaps()).toBe(0);
    proxy.cut();
    expect(await happens(() => gaps() === 2, 3000)).toBe(true);
    expect(await closeIsHeard()).toBe(true);
  });

  it("is told of a gap when its connection falls silent", async () => {
    await watch();
    proxy.behave({ traffic: "hold" });
    expect(await happens(() => gaps() >= 1, 4000)).toBe(true);
    proxy.behave({ traffic: "pass" });
    expect(await happens(() => gaps() >= 2, 4000)).toBe(true);
    expect(await closeIsHeard()).toBe(true);
  });

  it("leaves no connection behind when it stops", async () => {
    const before = proxy.connections;
    await watch();
    expect(await subscribers()).toBe(1);
    stop.abort();
    expect(
      await happens(async () => (await subscribers()) === 0 && proxy.connections === before, 1000),
    ).toBe(true);
  });

  it("is refused as an outage where nobody can listen, and not at all where nobody wants to", async () => {
    proxy.behave({ traffic: "hold" });
    await outageOf(watch);
    stop.abort();
    await watch();
    expect(heard).toEqual([]);
  });

  it.each([
    ["one byte", "x"],
    ["too few ids", "\u0000\u0010abc"],
    ["nothing", ""],
  ])("takes what is no notice of ours (%s) for a gap", async (_name, message) => {
    await watch();
    await command(server.url, "PUBLISH", "latchkey:closed", message);
    expect(await happens(() => gaps() === 1, 1000)).toBe(true);
    expect(heard).toEqual([{ kind: "gap" }]);
    expect(await closeIsHeard()).toBe(true);
  });

  it("of another prefix hears nothing", async () => {
    const other = redisStores(connection.redis, { prefix: "other" });
    await other.sessions.watch((notice) => heard.push(notice), stop.signal);
    const session = aSession();
    await stores.sessions.open(session, 1, now);
    await stores.sessions.close(session.userId, session.id);
    await pause(100);
    expect(heard).toEqual([]);
  });
});
