import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { expectOutcome } from "../outcomes.ts";
import { newId } from "../samples.ts";
import { anOpenSession, assertOver, renewing } from "./rotating.ts";

const stale = { outcome: "stale" };
const gone = { outcome: "gone" };

export const rotation: Suite<SessionStore> = {
  about: "renewals",
  behaviours: {
    "a renewal sent again answers the same session again and advances nothing": async ({
      store,
      at,
    }) => {
      const session = await anOpenSession(store, at(0));
      const { session: next } = expectOutcome(
        await store.rotate(renewing(session), at(5)),
        "rotated",
      );
      for (const now of [at(5), at(6)]) {
        const again = await store.rotate(renewing(session), now);
        assert.deepEqual(again, { outcome: "repeated", session: next });
      }
      assert.deepEqual(await store.find(session.userId, session.id, at(6)), next);
    },

    "each generation is renewed to the next": async ({ store, at }) => {
      let session = await anOpenSession(store, at(0));
      for (const second of [100, 200, 300]) {
        const answer = await store.rotate(renewing(session), at(second));
        const { session: next } = expectOutcome(answer, "rotated");
        assert.equal(next.generation, session.generation + 1);
        assert.deepEqual(next.rotatedAt, at(second));
        session = next;
      }
      assert.deepEqual(await store.find(session.userId, session.id, at(301)), session);
    },

    "a generation two back is a replay, however soon, and ends the session": async ({
      store,
      at,
    }) => {
      const session = await anOpenSession(store, at(0));
      const { session: next } = expectOutcome(
        await store.rotate(renewing(session), at(5)),
        "rotated",
      );
      await store.rotate(renewing(next), at(5));
      assert.deepEqual(await store.rotate(renewing(session), at(5)), { outcome: "replayed" });
      await assertOver(store, next, at(6));
    },

    "a replay ends that session only": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0), { generation: 5 });
      const other = await anOpenSession(store, at(1), { userId: session.userId });
      const stranger = await anOpenSession(store, at(1));
      await store.rotate(renewing(session, { generation: 1 }), at(2));
      assert.deepEqual(await store.list(session.userId, at(3)), [other]);
      assert.deepEqual(await store.list(stranger.userId, at(3)), [stranger]);
    },

    "without a grace the generation before is a replay at once": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      const request = renewing(session, { graceSeconds: 0 });
      expectOutcome(await store.rotate(request, at(5)), "rotated");
      expectOutcome(await store.rotate(request, at(5)), "replayed");
    },

    "a later generation than the current one is renewed to the one after it": async ({
      store,
      at,
    }) => {
      const session = await anOpenSession(store, at(0), { generation: 3 });
      const { session: next } = expectOutcome(
        await store.rotate(renewing(session, { generation: 9 }), at(5)),
        "rotated",
      );
      assert.equal(next.generation, 10);
      // What was current before the loss is older than the one before: a replay.
      expectOutcome(await store.rotate(renewing(session), at(6)), "replayed");
    },

    "a session of an earlier epoch is stale and unchanged, whatever generation is presented":
      async ({ store, at }) => {
        const session = await anOpenSession(store, at(0), { generation: 5, epoch: 3 });
        for (const generation of [1, 4, 5, 9]) {
          const request = renewing(session, { generation, epoch: 4 });
          assert.deepEqual(await store.rotate(request, at(5)), stale);
        }
        assert.deepEqual(await store.find(session.userId, session.id, at(5)), session);
      },

    "a session of a later epoch than the caller knows is renewed, and keeps its epoch": async ({
      store,
      at,
    }) => {
      const session = await anOpenSession(store, at(0), { epoch: 3 });
      const { session: next } = expectOutcome(
        await store.rotate(renewing(session, { epoch: 2 }), at(5)),
        "rotated",
      );
      assert.equal(next.epoch, 3);
    },

    "an unknown session is gone, and so is one of another user": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      for (const foreign of [{ sessionId: newId() }, { userId: newId() }]) {
        assert.deepEqual(await store.rotate(renewing(session, foreign), at(1)), gone);
      }
      assert.deepEqual(await store.find(session.userId, session.id, at(1)), session);
      assert.equal(await store.find(session.userId, newId(), at(1)), null);
      assert.equal(await store.find(newId(), session.id, at(1)), null);
    },

    "a closed session is gone and stays gone": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      await store.close(session.userId, session.id);
      for (const generation of [session.generation, session.generation + 5]) {
        assert.deepEqual(await store.rotate(renewing(session, { generation }), at(1)), gone);
      }
      await assertOver(store, session, at(1));
    },
  },
};
