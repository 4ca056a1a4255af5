import assert from "node:assert/strict";
import type { LimitRule, RateLimiter } from "@latchkey/core/ports";
import {
  type Arbitrary,
  array,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  uniqueArray,
  assert as assertProperty,
} from "fast-check";
import type { Scene, Suite } from "../harness.ts";
import { newDigest } from "../samples.ts";
import { limitModel } from "./model.ts";
import { aBackoff, aWindow } from "./taking.ts";

interface Step {
  readonly does: "take" | "takeAndComeBack" | "clear" | "giveBack";
  readonly waitMs: number;
  readonly rules: readonly number[];
}

const steps: Arbitrary<readonly Step[]> = array(
  record({
    does: constantFrom(
      ...(["take", "take", "take", "takeAndComeBack", "clear", "giveBack"] as const),
    ),
    waitMs: oneof(constant(0), integer({ min: 0, max: 9000 })),
    rules: uniqueArray(nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 5, maxLength: 40 },
);

async function compare({ store, at }: Scene<RateLimiter>, taken: readonly Step[]): Promise<void> {
  const subject = newDigest();
  const model = limitModel();
  const rules: readonly LimitRule[] = [
    aWindow({ name: "short", limit: 2, windowSeconds: 5 }),
    aWindow({ name: "long", limit: 6, windowSeconds: 30 }),
    aBackoff({ name: "tight", free: 2, windowSeconds: 20 }),
    aBackoff({ name: "wide", free: 3, baseSeconds: 2, maxSeconds: 16, windowSeconds: 40 }),
  ];
  /** The refusing rule and its wait; null where all of them allow one. */
  const take = async (
    chosen: readonly LimitRule[],
    now: Date,
  ): Promise<{ readonly rule: LimitRule; readonly retryAfterSeconds: number } | null> => {
    const answer = await store.take(subject, chosen, now);
    for (const rule of chosen) {
      if (answer.outcome === "limited" && answer.rule === rule.name) {
        const { retryAfterSeconds } = answer;
        model.refused(rule, now.getTime(), retryAfterSeconds);
        return { rule, retryAfterSeconds };
      }
      model.allowed(rule, now.getTime());
    }
    assert.equal(answer.outcome, "allowed");
    return null;
  };
  let passed = 0;
  for (const [index, step] of taken.entries()) {
    passed += step.waitMs;
    const now = at(passed / 1000);
    const chosen = step.rules.flatMap((rule) => rules[rule] ?? []);
    if (step.does === "take" || step.does === "takeAndComeBack") {
      const refusal = await take(chosen, now);
      if (refusal === null || step.does === "take") continue;
      // After the wait, and not a second sooner, the rule that refused allows one.
      const { rule, retryAfterSeconds } = refusal;
      if (retryAfterSeconds > 1) {
        const sooner = await take([rule], at(passed / 1000 + retryAfterSeconds - 1));
        assert.equal(sooner?.retryAfterSeconds, 1, `step ${index}: a second sooner`);
      }
      passed += retryAfterSeconds * 1000;
      assert.equal(await take([rule], at(passed / 1000)), null, `step ${index}: after the wait`);
    } else if (step.does === "clear") {
      await store.forgive([{ subject, clear: chosen, giveBack: [] }], now);
      for (const rule of chosen) model.clear(rule);
    } else {
      // Where nothing is left, or of a back-off, what is given back is less exactly defined.
      const giveBack = chosen.filter(
        (rule) => rule.kind === "window" && model.counted(rule, now.getTime()) > 0,
      );
      await store.forgive([{ subject, clear: [], giveBack }], now);
      for (const rule of giveBack) model.giveBack(rule);
    }
  }
}

export const limitProperty: Suite<RateLimiter> = {
  about: "against a model",
  behaviours: {
    "any steps are allowed and refused as plain histories say, and each wait is true to the second":
      async (scene) => {
        const asModelled = asyncProperty(steps, (taken) => compare(scene, taken));
        await assertProperty(asModelled, { numRuns: 40, endOnFailure: true });
      },
  },
};
