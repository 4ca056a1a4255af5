import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Clock } from "./ports/clock.ts";
import type { Random } from "./ports/random.ts";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};

/** The machine's own generator. */
export const systemRandom: Random = { bytes: (count) => randomBytes(count) };

/**
 * How many hashes may run at once: jose and argon2 share libuv's threads, and a login must not
 * make signed-in users wait, so two threads stay free for tokens.
 */
export function hashConcurrency(): number {
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  return Math.max(1, Math.min(availableParallelism(), threads - 2));
}
