import { randomBytes, randomFillSync } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Clock } from "./ports/clock.ts";
import type { Random } from "./ports/random.ts";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};

const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * The machine's own generator. It is asked for some thousand bytes at a time, because each asking
 * costs more than a short id is worth; a byte is given away once and kept no longer.
 */
export const systemRandom: Random = {
  bytes(count) {
    if (count > pool.length / 16) return randomBytes(count);
    if (used + count > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const given = new Uint8Array(pool.subarray(used, used + count));
    pool.fill(0, used, used + count);
    used += count;
    return given;
  },
};

/**
 * How many hashes may run at once: jose and argon2 share libuv's threads, and a login must not
 * make signed-in users wait, so two threads stay free for tokens.
 */
export function hashConcurrency(): number {
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  return Math.max(1, Math.min(availableParallelism(), threads - 2));
}
