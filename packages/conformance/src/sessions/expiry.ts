import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { expectOutcome } from "../outcomes.ts";
import { aSession, around, milliseconds, seconds } from "../samples.ts";
import { anOpenSession, graceSeconds, idleSeconds, noCap, renewing } from "./rotating.ts";

/** The two ends a session has: each before the other. */
const endings = {
  "when it has been idle for too long": (start: Date) => ({
    idleExpiresAt: seconds(start, 100),
    expiresAt: seconds(start, 500),
  }),
  "at its absolute end": (start: Date) => ({
    idleExpiresAt: seconds(start, 500),
    expiresAt: seconds(start, 100),
  }),
} as const;

const byEnding: Suite<SessionStore>["behaviours"] = Object.fromEntries(
  Object.entries(endings).flatMap(
    ([name, ending]) =>
      [
        [
          `a session is over ${name}, and not before`,
          async ({ store, at }) => {
            const session = await anOpenSession(store, at(0), ending(at(0)));
            const { userId, id } = session;
            const [before, end, after] = around(at(100));
            assert.deepEqual(await store.find(userId, id, before), session);
            assert.deepEqual(await store.list(userId, before), [session]);
            for (const now of [end, after]) {
              assert.equal(await store.find(userId, id, now), null);
              assert.deepEqual(await store.list(userId, now), []);
            }
          },
        ],
        [
          `a session is renewed until it is over ${name}, and gone from then on`,
          async ({ store, at }) => {
            const [before, end, after] = around(at(100));
            const renewed = await anOpenSession(store, at(0), ending(at(0)));
            expectOutcome(await store.rotate(renewing(renewed), before), "rotated");
            for (const now of [end, after]) {
              const session = await anOpenSession(store, at(0), ending(at(0)));
              assert.deepEqual(await store.rotate(renewing(session), now), { outcome: "gone" });
            }
          },
        ],
      ] satisfies [string, Suite<SessionStore>["behaviours"][string]][],
  ),
);

export const sessionExpiry: Suite<SessionStore> = {
  about: "sessions end by the time they are asked at",
  behaviours: {
    ...byEnding,

    "the generation before is answered again within the grace, and not from its end on": async ({
      store,
      at,
    }) => {
      const [before, end, after] = around(at(5 + graceSeconds));
      for (const [now, outcome] of [
        [before, "repeated"],
        [end, "replayed"],
        [after, "replayed"],
      ] as const) {
        const session = await anOpenSession(store, at(0));
        await store.rotate(renewing(session), at(5));
        expectOutcome(await store.rotate(renewing(session), now), outcome);
      }
    },

    "the grace is counted from the last renewal, not from its repeats": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      await store.rotate(renewing(session), at(5));
      expectOutcome(await store.rotate(renewing(session), at(12)), "repeated");
      expectOutcome(await store.rotate(renewing(session), at(16)), "replayed");
    },

    "a renewal moves the idle end on, and never past the absolute one": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0), { expiresAt: at(idleSeconds + 10) });
      const first = expectOutcome(await store.rotate(renewing(session), at(5)), "rotated").session;
      assert.deepEqual(first, {
        ...session,
        generation: session.generation + 1,
        rotatedAt: at(5),
        idleExpiresAt: at(5 + idleSeconds),
      });
      const second = expectOutcome(await store.rotate(renewing(first), at(30)), "rotated").session;
      assert.deepEqual(second.idleExpiresAt, session.expiresAt);
      assert.deepEqual(second.expiresAt, session.expiresAt);
      assert.equal(await store.find(session.userId, session.id, session.expiresAt), null);
    },

    "time never runs backwards, whichever process's clock is behind": async ({ store, at }) => {
      const session = await anOpenSession(store, at(10));
      const first = expectOutcome(await store.rotate(renewing(session), at(20)), "rotated").session;
      const second = expectOutcome(await store.rotate(renewing(first), at(18)), "rotated").session;
      assert.deepEqual(second.rotatedAt, at(20));
      assert.deepEqual(second.idleExpiresAt, at(20 + idleSeconds));
      // The one before is within its grace by that later time.
      const again = expectOutcome(await store.rotate(renewing(first), at(18)), "repeated").session;
      assert.deepEqual(again, second);
    },

    "an expired session takes no place under the cap": async ({ store, at }) => {
      const standing = await anOpenSession(store, at(0));
      const { userId } = standing;
      await anOpenSession(store, at(1), { userId, idleExpiresAt: at(50) });
      const latest = aSession(at(60), { userId });
      await store.open(latest, 2, at(60));
      assert.deepEqual(await store.list(userId, at(60)), [standing, latest]);
    },

    "times are kept to the millisecond": async ({ store, at }) => {
      const odd = milliseconds(at(0), 7);
      const session = aSession(odd, { idleExpiresAt: milliseconds(odd, 1001) });
      await store.open(session, noCap, odd);
      assert.deepEqual(await store.find(session.userId, session.id, odd), session);
    },
  },
};
