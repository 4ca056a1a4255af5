import { connectRedis, redisStores, type RedisConnection } from "@latchkey/store-redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProxy, type Proxy } from "../../../tools/services/proxy.ts";
import { command, startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { pause } from "./outage.ts";
import { aSession, aWorld, later, methods, now, renewal, settled } from "./samples.ts";

let server: RedisService;
let proxy: Proxy;
let connection: RedisConnection;

beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server);
  connection = connectRedis(`redis://127.0.0.1:${proxy.port}`);
  await connection.ready();
});
afterAll(async () => {
  await connection.close();
  await proxy.stop();
  await server.stop();
});

const oneEach = {
  ...{ open: 1, rotate: 1, find: 1, list: 1, close: 1, closeAll: 1 },
  ...{ put: 1, "attempt with an id": 1, "attempt without": 1, take: 1, forgive: 1 },
};

/** How often each call, one at a time, had to wait for the server. */
async function tripsOf(calls: ReturnType<typeof methods>): Promise<Record<string, number>> {
  const trips: Record<string, number> = {};
  for (const [name, call] of calls) {
    const before = proxy.turns;
    await call();
    trips[name] = proxy.turns - before;
  }
  return trips;
}

describe("the cost of a call", () => {
  it("is one round trip for every method", async () => {
    const stores = redisStores(connection.redis);
    // The first call of each brings its script along.
    for (const [, call] of methods(stores, await settled(stores))) await call();
    await pause(100);
    const world = await settled(stores);
    expect(await tripsOf(methods(stores, world))).toEqual(oneEach);
  });

  it("is one round trip where nothing is kept, too", async () => {
    const stores = redisStores(connection.redis);
    await stores.sessions.list("nobody", now);
    expect(await tripsOf(methods(stores, aWorld()))).toEqual(oneEach);
  });

  it("is two more at first, for the script and the server's time", async () => {
    await command(server.url, "SCRIPT", "FLUSH");
    const { sessions } = redisStores(connection.redis);
    await sessions.find("nobody", "none", now);
    await pause(50);
    const before = proxy.turns;
    await sessions.list("nobody", now);
    expect(proxy.turns - before).toBeLessThanOrEqual(3);
  });
});

const users = 100_000;
const usersWithMore = 5000;
const atOnce = 2000;

describe("the space of a session", () => {
  it(
    "is at most 300 bytes of Redis for a user's first and 200 for each further one",
    { timeout: 90_000 },
    async () => {
      const own = await startRedis();
      const direct = connectRedis(own.url, { deadlineMs: 15_000 });
      try {
        await direct.ready();
        const { sessions } = redisStores(direct.redis, { deadlineMs: 15_000 });
        const opened = Array.from({ length: users }, () => aSession());
        const open = async (count: number): Promise<number> => {
          for (let first = 0; first < count; first += atOnce) {
            const some = opened.slice(first, Math.min(first + atOnce, count));
            await Promise.all(
              some.map(({ userId }) => sessions.open(aSession({ userId, epoch: 3 }), 100, now)),
            );
          }
          return usedMemory(own);
        };
        const empty = await usedMemory(own);
        const one = await open(users);
        const two = await open(usersWithMore);
        const five = await open(usersWithMore)
          .then(() => open(usersWithMore))
          .then(() => open(usersWithMore));
        const first = (one - empty) / users;
        const second = (two - one) / usersWithMore;
        const further = (five - one) / (4 * usersWithMore);
        process.stdout.write(
          `Redis bytes per session, measured on ${users} users: ${first.toFixed(1)} for the first, ` +
            `${second.toFixed(1)} for the second, ${further.toFixed(1)} for each of four further ones\n`,
        );
        expect(first).toBeLessThanOrEqual(300);
        expect(second).toBeLessThanOrEqual(200);
        expect(further).toBeLessThanOrEqual(200);
      } finally {
        await direct.close();
        await own.stop();
      }
    },
  );

  it("stays compact for the longest address and label, however often renewed", async () => {
    const { sessions } = redisStores(connection.redis);
    const session = aSession({
      ip: "2001:db8:1111:2222:3333:4444:5555:6666",
      agent: "Firefox/Android!",
      epoch: 300,
    });
    const { userId } = session;
    await sessions.open(session, 100, now);
    await sessions.rotate(renewal(session, { generation: 10_000 }), later(1));
    const found = await sessions.find(userId, session.id, now);
    expect(found).toMatchObject({ ip: session.ip, agent: session.agent, generation: 10_001 });
    expect(await command(server.url, "OBJECT", "ENCODING", `latchkey:s:${userId}`)).toBe(
      "listpack",
    );
  });
});

async function usedMemory({ url }: RedisService): Promise<number> {
  const info = String(await command(url, "INFO", "memory"));
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
