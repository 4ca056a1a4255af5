import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { connectRedis } from "../src/connect.ts";
import { redisStores } from "../src/stores.ts";

/** How often a client writes to its connection meanwhile: one chunk, or several together. */
async function writesOf(redis: unknown, work: () => Promise<unknown>): Promise<number> {
  const { stream } = redis as Redis;
  let writes = 0;
  for (const name of ["_write", "_writev"]) {
    const original = Reflect.get(stream, name) as (...given: unknown[]) => void;
    const counted = function counted(this: unknown, ...given: unknown[]): void {
      writes += 1;
      Reflect.apply(original, this, given);
    };
    Reflect.set(stream, name, counted);
  }
  await work();
  return writes;
}

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}

const now = new Date("2026-01-01T00:00:00Z");

it("what is asked in one turn leaves by one write, on a connection of ours", async () => {
  const connection = connectRedis(await serviceUrl("redis"));
  onTestFinished(() => connection.close());
  await connection.ready();
  const { sessions } = redisStores(connection.redis);
  // From now on the server knows the script.
  await sessions.close(randomUUID(), randomUUID());
  const writes = await writesOf(connection.redis, async () => {
    const found = times(20, () => sessions.find(randomUUID(), randomUUID(), now));
    const closed = times(20, () => sessions.close(randomUUID(), randomUUID()));
    expect(await Promise.all(found)).toEqual(times(20, () => null));
    expect(await Promise.all(closed)).toEqual(times(20, () => false));
  });
  expect(writes).toBe(1);
});

it("a client that sends its commands together by itself is left to it", async () => {
  const redis = new Redis(await serviceUrl("redis"), {
    ...{ enableAutoPipelining: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
  });
  onTestFinished(() => redis.disconnect());
  await new Promise((resolve) => redis.once("ready", resolve));
  const { sessions } = redisStores(redis);
  await sessions.find(randomUUID(), randomUUID(), now);
  const writes = await writesOf(redis, async () => {
    const asked = times(3, () => sessions.find(randomUUID(), randomUUID(), now));
    expect(redis.stream.writableCorked).toBe(0);
    await Promise.all(asked);
  });
  expect(writes).toBe(1);
});
