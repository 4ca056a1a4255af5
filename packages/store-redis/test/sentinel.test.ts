import { isAuthError } from "@latchkey/core";
import { redisStores, type RedisStores } from "@latchkey/store-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type RedisSentinelService,
  startSentinel,
} from "../../../tools/services/redis-sentinel.ts";
import { pause } from "./outage.ts";
import { aSession, later, now, renewal } from "./samples.ts";

let service: RedisSentinelService;
let redis: Redis;
let stores: RedisStores;

beforeAll(async () => {
  service = await startSentinel();
  redis = new Redis({
    sentinels: [{ host: "127.0.0.1", port: service.port }],
    name: service.name,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    commandTimeout: 1000,
    socketTimeout: 1000,
    retryStrategy: () => 100,
    lazyConnect: true,
  });
  stores = redisStores(redis);
  await redis.connect();
});
afterAll(async () => {
  redis.disconnect();
  await service.stop();
});

describe("a primary that is replaced by a stale replica", () => {
  it("renews what was renewed meanwhile, and answers nothing in between but an outage", async () => {
    const { sessions } = stores;
    const [renewed, closed] = [aSession(), aSession()];
    for (const session of [renewed, closed]) await sessions.open(session, 10, now);
    await redis.wait(1, 1000);

    // From here on the replica hears nothing of what is done.
    service.replication.behave({ traffic: "hold" });
    let held = renewed;
    for (let count = 1; count <= 3; count += 1) {
      const answer = await sessions.rotate(renewal(held), later(count * 60));
      if (answer.outcome !== "rotated") throw new Error(answer.outcome);
      held = answer.session;
    }
    await sessions.close(closed.userId, closed.id);
    process.kill(service.primary.process.pid, "SIGKILL");

    // Its owner still holds the third generation, of which the new primary knows nothing.
    const start = performance.now();
    for (;;) {
      try {
        const answer = await sessions.rotate(renewal(held), later(300));
        expect(answer.outcome).toBe("rotated");
        expect("session" in answer && answer.session.generation).toBe(4);
        const took = Math.round(performance.now() - start);
        process.stdout.write(`a sentinel's failover: ${took} ms\n`);
        break;
      } catch (error) {
        if (!isAuthError(error, "store_unavailable") || performance.now() - start > 10_000)
          throw error;
      }
      await pause(20);
    }
    // The documented bound: a close that was not replicated is undone with its session's life.
    expect(await sessions.find(closed.userId, closed.id, later(300))).toEqual(closed);
    expect(await sessions.rotate(renewal(renewed), later(301))).toEqual({ outcome: "replayed" });
  });
});
