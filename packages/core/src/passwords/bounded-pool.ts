import { AuthError } from "../errors.ts";
import type { WorkPool } from "../ports/password-hasher.ts";

/** How much work runs and waits at once. */
export interface PoolBounds {
  /** Jobs running at once; at least 1. */
  readonly concurrency: number;
  /** Jobs waiting for a place; at least 0. */
  readonly queue: number;
}

/**
 * A pool that sheds load instead of growing: with every place taken and the queue full, a further
 * job is refused before it has cost anything (ASVS 15.2.2): `busy`, at once, with a delay of one
 * second. Jobs start in the order they came; one that fails frees its place like any other.
 *
 * @throws TypeError for bounds that are no such numbers.
 */
export function boundedPool({ concurrency, queue }: PoolBounds): WorkPool {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new TypeError(`concurrency must be a whole number of at least 1, not ${concurrency}.`);
  }
  if (!Number.isSafeInteger(queue) || queue < 0) {
    throw new TypeError(`queue must be a whole number of at least 0, not ${queue}.`);
  }
  const waiting: (() => void)[] = [];
  let running = 0;

  async function takePlace(): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= queue) throw new AuthError("busy", { retryAfterSeconds: 1 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place goes straight to the first who waits, so that no newcomer slips in between. */
  function leavePlace(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    async run(job) {
      await takePlace();
      try {
        return await job();
      } finally {
        leavePlace();
      }
    },
  };
}
