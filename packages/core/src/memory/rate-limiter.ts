import type { BackoffRule, LimitRule, RateLimiter } from "../ports/rate-limiter.ts";
import { sweeper } from "./sweep.ts";

interface Counter {
  count: number;
  /** When it last counted. */
  lastAt: number;
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
  const standing = (counters: Subject | undefined, rule: LimitRule, at: number) => {
    const counter = counters?.get(keyOf(rule));
    return counter !== undefined && at < counter.endsAt ? counter : undefined;
  };

  return {
    async take(subject, rules, now) {
      sweep(now);
      const at = now.getTime();
      for (const rule of rules) {
        const counters = subjects.get(subject) ?? new Map<string, Counter>();
        const counter = standing(counters, rule, at) ?? begin(rule, at);
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
          if (counter !== undefined) counter.count = Math.max(0, counter.count - 1);
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

function begin(rule: LimitRule, at: number): Counter {
  return { count: 0, lastAt: at, endsAt: at + rule.windowSeconds * 1000 };
}

function count(rule: LimitRule, counter: Counter, at: number): void {
  counter.count += 1;
  // Processes' clocks differ a little: a counter never moves back.
  counter.lastAt = Math.max(counter.lastAt, at);
  if (rule.kind === "backoff") counter.endsAt = counter.lastAt + rule.windowSeconds * 1000;
}

/** How long until the rule allows another; nothing or less where it does so now. */
function waitOf(rule: LimitRule, counter: Counter, at: number): number {
  if (rule.kind === "window") return counter.count < rule.limit ? 0 : counter.endsAt - at;
  const free = Math.max(1, rule.free);
  if (counter.count < free) return 0;
  const end = counter.lastAt + waitAfter(rule, counter.count - free) * 1000;
  return Math.min(end, counter.endsAt) - at;
}

function waitAfter({ baseSeconds, maxSeconds }: BackoffRule, doublings: number): number {
  return Math.min(baseSeconds * 2 ** doublings, maxSeconds);
}
