import type { BackoffRule, LimitRule, RateLimiter, WindowRule } from "../ports/rate-limiter.ts";
import { sweeper } from "./sweep.ts";

/** Attempts that came so close together that they are remembered, and forgotten, as one. */
interface Stretch {
  /** Of a back-off the one before the last, which is the last again where that is given back. */
  firstAt: number;
  lastAt: number;
  count: number;
}

interface Counter {
  /** Oldest first; a back-off has one that never ends. */
  stretches: Stretch[];
  /** When it is forgotten. */
  endsAt: number;
}

type Subject = Map<string, Counter>;

export function memoryLimits(): RateLimiter {
  const subjects = new Map<string, Subject>();

  const dropEnded = (key: string, counters: Subject, now: Date): void => {
    for (const [rule, counter] of counters) {
      if (counter.endsAt <= now.getTime()) counters.delete(rule);
    }
    if (counters.size === 0) subjects.delete(key);
  };
  const sweep = sweeper(subjects, dropEnded);
  const standing = (
    counters: Subject | undefined,
    rule: LimitRule,
    at: number,
  ): Counter | undefined => {
    const counter = counters?.get(keyOf(rule));
    if (counter === undefined || at >= counter.endsAt) return undefined;
    const { kind, windowSeconds } = rule;
    if (kind === "window") {
      const isOver = ({ lastAt }: Stretch): boolean => lastAt + windowSeconds * 1000 <= at;
      counter.stretches = counter.stretches.filter((stretch) => !isOver(stretch));
    }
    return counter;
  };

  return {
    async take(subject, rules, now) {
      sweep(now);
      const at = now.getTime();
      for (const rule of rules) {
        const counters = subjects.get(subject) ?? new Map<string, Counter>();
        const counter = standing(counters, rule, at) ?? { stretches: [], endsAt: at };
        const waitMs = waitOf(rule, counter, at);
        if (waitMs > 0) {
          const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
          return { outcome: "limited", retryAfterSeconds, rule: rule.name };
        }
        count(rule, counter, at);
        subjects.set(subject, counters.set(keyOf(rule), counter));
      }
      return { outcome: "allowed" };
    },

    async forgive(forgiveness, now) {
      sweep(now);
      for (const { subject, clear, giveBack } of forgiveness) {
        const counters = subjects.get(subject);
        if (counters === undefined) continue;
        for (const rule of clear) counters.delete(keyOf(rule));
        for (const rule of giveBack) {
          const counter = standing(counters, rule, now.getTime());
          if (counter !== undefined) takeBack(rule, counter);
        }
        dropEnded(subject, counters, now);
      }
    },
  };
}

/** Unambiguous, whatever the parts contain. */
function keyOf(rule: LimitRule): string {
  return JSON.stringify([rule.kind, rule.name, rule.scope]);
}

function count(rule: LimitRule, counter: Counter, at: number): void {
  const newest = counter.stretches.at(-1);
  if (newest === undefined || standsApart(rule, counter, newest, at)) {
    counter.stretches.push({ firstAt: at, lastAt: at, count: 1 });
  } else {
    newest.count += 1;
    if (rule.kind === "backoff") newest.firstAt = newest.lastAt;
    // Processes' clocks differ a little: a counter never moves back.
    newest.lastAt = Math.max(newest.lastAt, at);
  }
  counter.endsAt = (counter.stretches.at(-1)?.lastAt ?? at) + rule.windowSeconds * 1000;
}

/** Whether an attempt is remembered by itself: of a window the first ten are, then one a tenth. */
function standsApart(rule: LimitRule, counter: Counter, newest: Stretch, at: number): boolean {
  if (rule.kind === "backoff") return false;
  return counter.stretches.length < 10 || at - newest.firstAt >= rule.windowSeconds * 100;
}

/** One count less, of the newest: what is given back was taken a moment ago. */
function takeBack(rule: LimitRule, counter: Counter): void {
  const newest = counter.stretches.at(-1);
  if (newest === undefined) return;
  newest.count -= 1;
  if (newest.count === 0) counter.stretches.pop();
  if (rule.kind !== "backoff") return;
  newest.lastAt = newest.firstAt;
  counter.endsAt = newest.lastAt + rule.windowSeconds * 1000;
}

/** How long until the rule allows another; nothing or less where it does so now. */
function waitOf(rule: LimitRule, counter: Counter, at: number): number {
  return rule.kind === "window"
    ? waitOfWindow(rule, counter, at)
    : waitOfBackoff(rule, counter, at);
}

/** Until so many of the oldest are over that the rest leaves room for one. */
function waitOfWindow(rule: WindowRule, { stretches }: Counter, at: number): number {
  let left = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
  for (const stretch of stretches) {
    if (left < rule.limit) return 0;
    left -= stretch.count;
    if (left < rule.limit) return stretch.lastAt + rule.windowSeconds * 1000 - at;
  }
  return 0;
}

function waitOfBackoff(rule: BackoffRule, { stretches, endsAt }: Counter, at: number): number {
  const [only] = stretches;
  const free = Math.max(1, rule.free);
  if (only === undefined || only.count < free) return 0;
  const wait = Math.min(rule.baseSeconds * 2 ** (only.count - free), rule.maxSeconds);
  return Math.min(only.lastAt + wait * 1000, endsAt) - at;
}
