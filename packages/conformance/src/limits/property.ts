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

type Step = { readonly waitMs: number; readonly rules: readonly number[] } & (
  | { readonly does: "take" }
  | { readonly does: "clear" | "giveBack" }
);

const steps: Arbitrary<readonly Step[]> = array(
  record({
    does: constantFrom("take", "take", "take", "take", "clear", "giveBack"),
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
  let passed = 0;
  for (const [index, step] of taken.entries()) {
    passed += step.waitMs;
    const now = at(passed / 1000);
    const chosen = step.rules.flatMap((rule) => rules[rule] ?? []);
    if (step.does === "take") {
      const answer = await store.take(subject, chosen, now);
      assert.deepEqual(answer, model.take(chosen, now.getTime()), `step ${index}`);
    } else if (step.does === "clear") {
      await store.forgive([{ subject, clear: chosen, giveBack: [] }], now);
      for (const rule of chosen) model.clear(rule);
    } else {
      // Where nothing is left, or of a back-off, what is given back is less exactly defined.
      const giveBack = chosen.filter(
        (rule) => rule.kind === "window" && model.counted(rule, now.getTime()) > 1,
      );
      await store.forgive([{ subject, clear: [], giveBack }], now);
      for (const rule of giveBack) model.giveBack(rule);
    }
  }
}

export const limitProperty: Suite<RateLimiter> = {
  about: "against a model",
  behaviours: {
    "any steps are allowed and refused as a plain model does": async (scene) => {
      const sameAsModel = asyncProperty(steps, (taken) => compare(scene, taken));
      await assertProperty(sameAsModel, { numRuns: 40, endOnFailure: true });
    },
  },
};
