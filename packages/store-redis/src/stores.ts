import type { CodeStore, RateLimiter, SessionStore } from "@latchkey/core/ports";
import { warnOnce } from "./check.ts";
import { requireFailFast } from "./client/fail-fast.ts";
import type { RedisLike } from "./client/redis-like.ts";
import { runner } from "./client/runner.ts";
import { redisCodes } from "./codes/code-store.ts";
import { redisLimits } from "./limits/rate-limiter.ts";
import { channelOf, redisSessions } from "./sessions/session-store.ts";
import { redisWatch } from "./sessions/watch.ts";

/** How Redis is used. */
export interface RedisStoresOptions {
  /** What every key and channel begins with (default: `latchkey`). */
  readonly prefix?: string | undefined;
  /**
   * How many replicas must have a close before it is answered (default: 0). While fewer answer, closing
   * takes a quarter of the deadline and then fails; other calls of the same connection wait behind it.
   */
  readonly waitReplicas?: number | undefined;
  /** After so many milliseconds without an answer a call fails with `store_unavailable` (default: 1500). */
  readonly deadlineMs?: number | undefined;
}

/** The stores that Redis keeps: spread them beside those that keep the accounts. */
export interface RedisStores {
  /** Who is signed in. */
  readonly sessions: SessionStore;
  /** Mailed codes and tries of them. */
  readonly codes: CodeStore;
  /** Counters of attempts. */
  readonly limits: RateLimiter;
}

/**
 * Sessions, codes and limits in Redis, Redis Cluster or Valkey. The client stays the caller's: it is
 * neither opened nor closed here, except that each `watch` has a connection of its own.
 *
 * @param redis an ioredis `Redis` or `Cluster` that fails fast, such as `connectRedis` makes
 * @throws TypeError for a client that would keep commands for later, naming the options to set
 */
export function redisStores(redis: RedisLike, options: RedisStoresOptions = {}): RedisStores {
  const { prefix = "latchkey", waitReplicas = 0, deadlineMs = 1500 } = options;
  requireFailFast(redis);
  requireWhole("deadlineMs", deadlineMs, 50);
  requireWhole("waitReplicas", waitReplicas, 0);
  const speak = runner(redis, { deadlineMs, waitReplicas }, () => warnOnce(redis));
  return {
    sessions: redisSessions(speak, prefix, redisWatch(redis, channelOf(prefix), deadlineMs)),
    codes: redisCodes(speak, prefix),
    limits: redisLimits(speak, prefix),
  };
}

function requireWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new TypeError(`redisStores: ${name} must be a whole number of at least ${least}`);
}
