import type { LimitRule, TakeOutcome } from "@latchkey/core/ports";

/** One subject's counters as a plain history, to compare a store with. */
export interface LimitModel {
  take(rules: readonly LimitRule[], now: number): TakeOutcome;
  clear(rule: LimitRule): void;
  giveBack(rule: LimitRule): void;
  /** How many are counted, at a time at which nothing has been forgotten. */
  counted(rule: LimitRule, now: number): number;
}

type History = readonly number[];

/** What of a rule's history still counts, by replaying it from its beginning. */
function standing(rule: LimitRule, history: History, now: number): History {
  const windowMs = rule.windowSeconds * 1000;
  let current: number[] = [];
  const forget = (time: number): void => {
    const since = rule.kind === "window" ? current[0] : current.at(-1);
    if (since !== undefined && time >= since + windowMs) current = [];
  };
  for (const time of history) {
    forget(time);
    current.push(time);
  }
  forget(now);
  return current;
}

function waitMs(rule: LimitRule, counted: History, now: number): number {
  const [first] = counted;
  const last = counted.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (rule.kind === "window") {
    return counted.length >= rule.limit ? first + rule.windowSeconds * 1000 - now : 0;
  }
  let seconds = 0;
  for (let nth = rule.free; nth <= counted.length; nth += 1) {
    seconds = Math.min(seconds === 0 ? rule.baseSeconds : seconds * 2, rule.maxSeconds);
  }
  return last + seconds * 1000 - now;
}

export function limitModel(): LimitModel {
  const histories = new Map<string, History>();
  const historyOf = (rule: LimitRule): History => histories.get(rule.name) ?? [];

  return {
    take(rules, now) {
      for (const rule of rules) {
        const counted = standing(rule, historyOf(rule), now);
        const wait = waitMs(rule, counted, now);
        if (wait > 0) {
          return { outcome: "limited", retryAfterSeconds: Math.ceil(wait / 1000), rule: rule.name };
        }
        histories.set(rule.name, [...historyOf(rule), now]);
      }
      return { outcome: "allowed" };
    },
    clear(rule) {
      histories.delete(rule.name);
    },
    giveBack(rule) {
      histories.set(rule.name, historyOf(rule).slice(0, -1));
    },
    counted: (rule, now) => standing(rule, historyOf(rule), now).length,
  };
}
