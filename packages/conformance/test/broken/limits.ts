import { memoryStores } from "@latchkey/core/memory";
import type { RateLimiter, TakeOutcome } from "@latchkey/core/ports";
import { type BrokenStore, elsewhere } from "./broken-store.ts";

function withLimits(change: (limits: RateLimiter) => Partial<RateLimiter>) {
  return (): RateLimiter => {
    const { limits } = memoryStores();
    return { ...limits, ...change(limits) };
  };
}

/** Counters that are read, and written back one step later. */
function readThenWritten(): RateLimiter["take"] {
  const counters = new Map<string, { readonly count: number; readonly endsAt: number }>();
  return async (subject, rules, now) => {
    for (const rule of rules) {
      const key = JSON.stringify([subject, rule.name, rule.scope]);
      const fresh = { count: 0, endsAt: now.getTime() + rule.windowSeconds * 1000 };
      const kept = counters.get(key) ?? fresh;
      const counter = kept.endsAt <= now.getTime() ? fresh : kept;
      await elsewhere();
      if (counter.count >= (rule.kind === "window" ? rule.limit : rule.free)) {
        const retryAfterSeconds = Math.ceil((counter.endsAt - now.getTime()) / 1000);
        return { outcome: "limited", retryAfterSeconds, rule: rule.name };
      }
      counters.set(key, { ...counter, count: counter.count + 1 });
    }
    return { outcome: "allowed" };
  };
}

/** Sound in every other way: a window begins with its first attempt, and all of it ends at once. */
function fixedWindows(sound: RateLimiter): RateLimiter["take"] {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();
  return async (subject, rules, now) => {
    for (const rule of rules) {
      if (rule.kind !== "window") {
        const answer = await sound.take(subject, [rule], now);
        if (answer.outcome === "limited") return answer;
        continue;
      }
      const key = JSON.stringify([subject, rule.name, rule.scope]);
      const kept = windows.get(key);
      const isOver = kept === undefined || kept.endsAt <= now.getTime();
      const fresh = { count: 0, endsAt: now.getTime() + rule.windowSeconds * 1000 };
      const current = isOver ? fresh : kept;
      if (current.count >= rule.limit) {
        const retryAfterSeconds = Math.ceil((current.endsAt - now.getTime()) / 1000);
        return { outcome: "limited", retryAfterSeconds, rule: rule.name };
      }
      windows.set(key, { ...current, count: current.count + 1 });
    }
    return { outcome: "allowed" };
  };
}

export const brokenLimits: readonly BrokenStore<RateLimiter>[] = [
  {
    name: "looks at a limit first and counts after",
    make: withLimits(() => ({ take: readThenWritten() })),
    caughtBy: [
      "however many are made at once, a window allows no more than its limit",
      "however many are made at once, a back-off allows only what is free",
    ],
  },
  {
    name: "counts in every rule, though an earlier one refuses",
    make: withLimits((limits) => ({
      async take(subject, rules, now) {
        const answers: TakeOutcome[] = [];
        for (const rule of rules) answers.push(await limits.take(subject, [rule], now));
        return answers.find(({ outcome }) => outcome === "limited") ?? { outcome: "allowed" };
      },
    })),
    caughtBy: [
      "of many made at once those that one rule refuses count nothing in the next",
      "rules are taken in order: what one refuses counts in those before it alone",
    ],
  },
  {
    name: "counts nothing anywhere when any rule refuses",
    make: withLimits((limits) => ({
      async take(subject, rules, now) {
        const answer = await limits.take(subject, rules, now);
        if (answer.outcome === "allowed") return answer;
        const index = rules.findIndex(({ name }) => name === answer.rule);
        const giveBack = rules.slice(0, index);
        await limits.forgive([{ subject, clear: [], giveBack }], now);
        return answer;
      },
    })),
    caughtBy: ["rules are taken in order: what one refuses counts in those before it alone"],
  },
  {
    name: "counts what it refuses",
    make: withLimits((limits) => {
      const begun = new Map<string, Date>();
      return {
        // The window slides on with every refusal, because each is written down as the newest.
        async take(subject, rules, now) {
          const answer = await limits.take(subject, rules, now);
          if (answer.outcome === "allowed") return answer;
          const rule = rules.find(({ name }) => name === answer.rule);
          if (rule === undefined) return answer;
          begun.set(subject, now);
          await limits.forgive([{ subject, clear: [rule], giveBack: [] }], now);
          for (let count = 0; count < 4; count += 1) await limits.take(subject, [rule], now);
          return answer;
        },
      };
    }),
    caughtBy: [
      "refusals count nothing: however many there are, the window ends when it did",
      "refusals make no wait longer",
    ],
  },
  {
    name: "allows twice the limit around the edge of two windows",
    make: withLimits((limits) => ({ take: fixedWindows(limits) })),
    caughtBy: [
      "no span of the window's length holds more than the limit, wherever it begins",
      "any steps are allowed and refused as plain histories say, and each wait is true to the second",
    ],
  },
  {
    name: "answers the whole window as the wait",
    make: withLimits((limits) => ({
      async take(subject, rules, now) {
        const answer = await limits.take(subject, rules, now);
        const rule =
          answer.outcome === "limited" ? rules.find((one) => one.name === answer.rule) : undefined;
        if (answer.outcome === "allowed" || rule === undefined) return answer;
        return { ...answer, retryAfterSeconds: rule.windowSeconds };
      },
    })),
    caughtBy: [
      "a refusal says in whole seconds when the next is allowed",
      "any steps are allowed and refused as plain histories say, and each wait is true to the second",
    ],
  },
  {
    name: "never ends a counter",
    make: withLimits((limits) => {
      const first = new Map<string, Date>();
      return {
        take(subject, rules, now) {
          const frozen = first.get(subject) ?? now;
          first.set(subject, frozen);
          return limits.take(subject, rules, frozen);
        },
      };
    }),
    caughtBy: [
      "each attempt counts for the length of the window, by the time it is asked at",
      "a back-off is forgotten after its window without one, and not before",
    ],
  },
  {
    name: "clears what was to be given back",
    make: withLimits((limits) => ({
      forgive: (forgiveness, now) =>
        limits.forgive(
          forgiveness.map(({ subject, clear, giveBack }) => ({
            subject,
            clear: [...clear, ...giveBack],
            giveBack: [],
          })),
          now,
        ),
    })),
    caughtBy: [
      "one count is given back, and only one",
      "what is given back does not move the end of the window",
    ],
  },
  {
    name: "gives back below zero",
    make: withLimits((limits) => {
      const credit = new Map<string, number>();
      return {
        async forgive(forgiveness, now) {
          for (const { subject, giveBack } of forgiveness) {
            if (giveBack.length > 0) credit.set(subject, (credit.get(subject) ?? 0) + 1);
          }
          await limits.forgive(
            forgiveness.map((one) => ({ ...one, giveBack: [] })),
            now,
          );
        },
        async take(subject, rules, now) {
          const answer = await limits.take(subject, rules, now);
          const left = credit.get(subject) ?? 0;
          if (answer.outcome === "allowed" || left === 0) return answer;
          credit.set(subject, left - 1);
          return { outcome: "allowed" };
        },
      };
    }),
    caughtBy: ["counts taken and given back at once never fall below zero"],
  },
];
