import assert from "node:assert/strict";
import type { BackoffRule, LimitRule, WindowRule } from "@latchkey/core/ports";

/** One subject's counters as plain histories, to hold a store's answers against. */
export interface LimitModel {
  /** Counts an attempt that was allowed, which has to have been right. */
  allowed(rule: LimitRule, now: number): void;
  /** Judges a refusal and its wait. */
  refused(rule: LimitRule, now: number, retryAfterSeconds: number): void;
  clear(rule: LimitRule): void;
  giveBack(rule: LimitRule): void;
  /** How many count for certain. */
  counted(rule: LimitRule, now: number): number;
}

type History = readonly number[];

/** When a window has room again if attempts count for so long; in the past if it has now. */
function freeAt(rule: WindowRule, history: History, lengthMs: number): number {
  const deciding = history.at(-rule.limit);
  return deciding === undefined ? Number.NEGATIVE_INFINITY : deciding + lengthMs;
}

/** What of a back-off's history still counts, by replaying it from its beginning. */
function standing(rule: BackoffRule, history: History, now: number): History {
  let current: number[] = [];
  for (const time of [...history, now]) {
    const last = current.at(-1);
    if (last !== undefined && time >= last + rule.windowSeconds * 1000) current = [];
    current.push(time);
  }
  return current.slice(0, -1);
}

function backoffFreeAt(rule: BackoffRule, history: History, now: number): number {
  const counted = standing(rule, history, now);
  const last = counted.at(-1);
  if (last === undefined) return Number.NEGATIVE_INFINITY;
  let seconds = 0;
  for (let nth = rule.free; nth <= counted.length; nth += 1) {
    seconds = Math.min(seconds === 0 ? rule.baseSeconds : seconds * 2, rule.maxSeconds);
  }
  return last + seconds * 1000;
}

/** When a rule allows another, at the earliest and at the latest. */
function bounds(rule: LimitRule, history: History, now: number): readonly [number, number] {
  if (rule.kind === "backoff") {
    const free = backoffFreeAt(rule, history, now);
    return [free, free];
  }
  const lengthMs = rule.windowSeconds * 1000;
  return [freeAt(rule, history, lengthMs), freeAt(rule, history, lengthMs * 1.1)];
}

export function limitModel(): LimitModel {
  const histories = new Map<string, History>();
  const historyOf = (rule: LimitRule): History => histories.get(rule.name) ?? [];

  return {
    allowed(rule, now) {
      const [earliest] = bounds(rule, historyOf(rule), now);
      assert.ok(earliest <= now, `${rule.name} allows one ${earliest - now} ms too early`);
      histories.set(rule.name, [...historyOf(rule), now]);
    },
    refused(rule, now, retryAfterSeconds) {
      const [earliest, latest] = bounds(rule, historyOf(rule), now);
      const secondsTo = (time: number): number => Math.max(1, Math.ceil((time - now) / 1000));
      assert.ok(latest > now, `${rule.name} refuses one ${now - latest} ms too late`);
      const within = [secondsTo(earliest), secondsTo(latest)] as const;
      const isWithin = retryAfterSeconds >= within[0] && retryAfterSeconds <= within[1];
      assert.ok(
        isWithin,
        `${rule.name} says ${retryAfterSeconds} s instead of ${within.join("–")}`,
      );
    },
    clear(rule) {
      histories.delete(rule.name);
    },
    giveBack(rule) {
      histories.set(rule.name, historyOf(rule).slice(0, -1));
    },
    counted(rule, now) {
      const lengthMs = rule.windowSeconds * 1000;
      return historyOf(rule).filter((time) => time + lengthMs > now).length;
    },
  };
}
