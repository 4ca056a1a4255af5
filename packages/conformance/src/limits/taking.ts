import assert from "node:assert/strict";
import type { BackoffRule, LimitRule, RateLimiter, WindowRule } from "@latchkey/core/ports";
import { newDigest } from "../samples.ts";

export const allowed = { outcome: "allowed" } as const;

/** Three a minute, unless told otherwise; a counter of its own. */
export function aWindow(own: Partial<WindowRule> = {}): WindowRule {
  return {
    kind: "window",
    name: "login.address",
    scope: newDigest(),
    limit: 3,
    windowSeconds: 60,
    ...own,
  };
}

/** Two at will, then 1, 2, 4 and 8 seconds; forgotten after a minute. */
export function aBackoff(own: Partial<BackoffRule> = {}): BackoffRule {
  return {
    kind: "backoff",
    name: "login.tight",
    scope: newDigest(),
    free: 2,
    baseSeconds: 1,
    maxSeconds: 8,
    windowSeconds: 60,
    ...own,
  };
}

/** Takes one, which has to be allowed. */
export async function takeOne(
  store: RateLimiter,
  subject: string,
  rule: LimitRule,
  now: Date,
): Promise<void> {
  assert.deepEqual(await store.take(subject, [rule], now), allowed);
}

/** Takes one, which has to be refused, and answers for how long. */
export async function refusedFor(
  store: RateLimiter,
  subject: string,
  rule: LimitRule,
  now: Date,
): Promise<number> {
  const answer = await store.take(subject, [rule], now);
  assert.equal(answer.outcome, "limited");
  assert.equal(answer.rule, rule.name);
  return answer.retryAfterSeconds;
}

/** How many more are allowed at an instant; counting them uses them up. */
export async function left(
  store: RateLimiter,
  subject: string,
  rule: LimitRule,
  now: Date,
): Promise<number> {
  for (let count = 0; count < 1000; count += 1) {
    const { outcome } = await store.take(subject, [rule], now);
    if (outcome === "limited") return count;
  }
  return assert.fail("a limit never refuses");
}
