import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import {
  type Arbitrary,
  array,
  asyncProperty,
  boolean,
  constant,
  integer,
  nat,
  oneof,
  option,
  record,
  assert as assertProperty,
} from "fast-check";
import type { Scene, Suite } from "../harness.ts";
import { aSession, newId, seconds } from "../samples.ts";
import { sessionModel } from "./model.ts";
import { renewing } from "./rotating.ts";

const slots = 4;
const cap = 3;
const idle = 40;

type Step = { readonly wait: number; readonly slot: number } & (
  | { readonly does: "open"; readonly epoch: number; readonly again: boolean }
  | { readonly does: "rotate"; readonly ahead: number; readonly epoch: number }
  | { readonly does: "close" }
  | { readonly does: "closeAll"; readonly before: number | undefined; readonly spare: boolean }
);

const timing = { wait: integer({ min: 0, max: 15 }), slot: nat({ max: slots - 1 }) };
const epoch = integer({ min: 1, max: 3 });
const steps: Arbitrary<readonly Step[]> = array(
  oneof(
    {
      weight: 2,
      arbitrary: record({ does: constant("open"), epoch, again: boolean(), ...timing }),
    },
    {
      weight: 6,
      arbitrary: record({
        does: constant("rotate"),
        ahead: integer({ min: -2, max: 2 }),
        epoch,
        ...timing,
      }),
    },
    { weight: 1, arbitrary: record({ does: constant("close"), ...timing }) },
    {
      weight: 1,
      arbitrary: record({
        does: constant("closeAll"),
        before: option(epoch, { nil: undefined }),
        spare: boolean(),
        ...timing,
      }),
    },
  ),
  { minLength: 3, maxLength: 25 },
);

/** Takes the same steps in the store and in the model, comparing answers and what is left. */
async function compare({ store, at }: Scene<SessionStore>, taken: readonly Step[]): Promise<void> {
  const userId = newId();
  const ids = Array.from({ length: slots }, newId);
  const model = sessionModel();
  let second = 0;
  for (const [index, step] of taken.entries()) {
    // Each step has its own millisecond, so that no two sessions are of one age.
    second += step.wait + 0.001;
    const now = at(second);
    const held = model.list(now).find(({ id }) => id === ids[step.slot]);
    // Ids are never used twice, except for one session that is opened again while it stands.
    if (step.does === "open" && !(step.again && held !== undefined)) ids[step.slot] = newId();
    const sessionId = ids[step.slot] ?? userId;
    const name = `step ${index}, ${step.does}`;
    if (step.does === "open") {
      const own = { id: sessionId, userId, epoch: step.epoch };
      const ends = { idleExpiresAt: seconds(now, idle), expiresAt: seconds(now, 3 * idle) };
      const session = aSession(now, { ...own, ...ends });
      await store.open(session, cap, now);
      model.open(session, cap, now);
    } else if (step.does === "rotate") {
      const request = renewing(held ?? aSession(now, { id: sessionId, userId }), {
        generation: Math.max(0, (held?.generation ?? 1) + step.ahead),
        epoch: step.epoch,
        idleSeconds: idle,
      });
      assert.deepEqual(await store.rotate(request, now), model.rotate(request, now), name);
    } else if (step.does === "close") {
      // Whether an expired session still counts as closed is the store's own affair.
      const closed = await store.close(userId, sessionId);
      const expected = model.close(sessionId, now);
      assert.ok(closed || !expected, name);
    } else {
      const options = {
        before: step.before,
        exceptSessionId: step.spare ? sessionId : undefined,
      };
      const count = await store.closeAll(userId, options);
      assert.ok(count >= model.closeAll(options, now), name);
    }
    assert.deepEqual(await store.list(userId, now), model.list(now), `left after ${name}`);
    const standing = model.list(now).find(({ id }) => id === sessionId) ?? null;
    assert.deepEqual(await store.find(userId, sessionId, now), standing, `found after ${name}`);
  }
}

export const sessionProperty: Suite<SessionStore> = {
  about: "against a model",
  behaviours: {
    "any steps leave the sessions that a plain model has": async (scene) => {
      const sameAsModel = asyncProperty(steps, (taken) => compare(scene, taken));
      await assertProperty(sameAsModel, { numRuns: 40, endOnFailure: true });
    },
  },
};
