import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { expectOutcome, nth } from "../outcomes.ts";
import { aSession, newId } from "../samples.ts";
import { anOpenSession, assertOver, noCap, renewing } from "./rotating.ts";

export const openingAndClosing: Suite<SessionStore> = {
  about: "openings and closings",
  behaviours: {
    "an opened session is found and listed as it was given": async ({ store, at }) => {
      const session = aSession(at(0), { ip: "2001:db8::1", agent: "Яндекс", epoch: 7 });
      await store.open(session, noCap, at(0));
      assert.deepEqual(await store.find(session.userId, session.id, at(1)), session);
      assert.deepEqual(await store.list(session.userId, at(1)), [session]);
    },

    "a session opened again changes nothing, even after its renewal": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      const { session: next } = expectOutcome(
        await store.rotate(renewing(session), at(5)),
        "rotated",
      );
      await store.open(session, noCap, at(6));
      assert.deepEqual(await store.list(session.userId, at(6)), [next]);
    },

    "a session opened again pushes nobody out": async ({ store, at }) => {
      const userId = newId();
      const sessions = [aSession(at(0), { userId }), aSession(at(1), { userId })];
      for (const session of sessions) await store.open(session, 2, session.createdAt);
      await store.open(nth(sessions, 1), 2, at(2));
      assert.deepEqual(await store.list(userId, at(3)), sessions);
    },

    "past the cap the oldest end": async ({ store, at }) => {
      const userId = newId();
      const sessions = [3, 1, 4, 2].map((second) => aSession(at(second), { userId }));
      for (const session of sessions) await store.open(session, noCap, at(5));
      const latest = aSession(at(6), { userId });
      await store.open(latest, 3, at(6));
      assert.deepEqual(await store.list(userId, at(7)), [
        nth(sessions, 0),
        nth(sessions, 2),
        latest,
      ]);
    },

    "the session that is opened stands, even where another's clock was ahead of its own": async ({
      store,
      at,
    }) => {
      const ahead = await anOpenSession(store, at(2));
      const session = aSession(at(1), { userId: ahead.userId });
      await store.open(session, 1, at(1));
      assert.deepEqual(await store.list(ahead.userId, at(3)), [session]);
    },

    "the cap is each user's own": async ({ store, at }) => {
      const [one, other] = [aSession(at(0)), aSession(at(1))];
      await store.open(one, 1, at(0));
      await store.open(other, 1, at(1));
      assert.deepEqual(await store.list(one.userId, at(2)), [one]);
      assert.deepEqual(await store.list(other.userId, at(2)), [other]);
    },

    "sessions are listed oldest first, and an unknown user has none": async ({ store, at }) => {
      const userId = newId();
      for (const second of [3, 1, 2]) await anOpenSession(store, at(second), { userId });
      const listed = await store.list(userId, at(4));
      assert.deepEqual(
        listed.map(({ createdAt }) => createdAt),
        [at(1), at(2), at(3)],
      );
      assert.deepEqual(await store.list(newId(), at(4)), []);
    },

    "a close is true once and false from then on": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      assert.equal(await store.close(session.userId, session.id), true);
      assert.equal(await store.close(session.userId, session.id), false);
      assert.equal(await store.close(session.userId, newId()), false);
      assert.equal(await store.close(newId(), session.id), false);
      await assertOver(store, session, at(1));
    },

    "a close ends that session only, and not for another user": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0));
      const other = await anOpenSession(store, at(1), { userId: session.userId });
      assert.equal(await store.close(newId(), other.id), false);
      await store.close(session.userId, session.id);
      assert.deepEqual(await store.list(session.userId, at(2)), [other]);
    },

    "a close-all ends every session of that user and counts them once": async ({ store, at }) => {
      const userId = newId();
      const sessions = await Promise.all(
        Array.from({ length: 25 }, (_, index) =>
          anOpenSession(store, at(index), { userId, epoch: index }),
        ),
      );
      const stranger = await anOpenSession(store, at(0));
      assert.equal(await store.closeAll(userId, {}), 25);
      assert.equal(await store.closeAll(userId, {}), 0);
      for (const session of sessions) await assertOver(store, session, at(30));
      assert.deepEqual(await store.list(stranger.userId, at(30)), [stranger]);
      assert.equal(await store.closeAll(newId(), {}), 0);
    },

    "a close-all before an epoch ends sessions of lower ones alone": async ({ store, at }) => {
      const userId = newId();
      const epochs = [1, 2, 3, 4];
      for (const epoch of epochs) await anOpenSession(store, at(epoch), { userId, epoch });
      assert.equal(await store.closeAll(userId, { before: 3 }), 2);
      const left = await store.list(userId, at(5));
      assert.deepEqual(
        left.map(({ epoch }) => epoch),
        [3, 4],
      );
      assert.equal(await store.closeAll(userId, { before: 3 }), 0);
    },

    "a spared session is stamped with the epoch and otherwise unchanged": async ({ store, at }) => {
      const spared = await anOpenSession(store, at(0), { epoch: 1, generation: 4 });
      const other = await anOpenSession(store, at(1), { userId: spared.userId, epoch: 1 });
      const options = { before: 2, exceptSessionId: spared.id };
      assert.equal(await store.closeAll(spared.userId, options), 1);
      const stamped = { ...spared, epoch: 2 };
      assert.deepEqual(await store.list(spared.userId, at(2)), [stamped]);
      await assertOver(store, other, at(2));
      assert.equal(await store.closeAll(spared.userId, options), 0);
      const answer = await store.rotate(renewing(stamped), at(3));
      assert.equal(expectOutcome(answer, "rotated").session.generation, 5);
    },

    "a spared session is stamped wherever it stands among the others": async ({ store, at }) => {
      const userId = newId();
      const sessions = await Promise.all(
        [0, 1, 2].map((second) => anOpenSession(store, at(second), { userId, epoch: 1 })),
      );
      const spared = nth(sessions, 1);
      const options = { before: 2, exceptSessionId: spared.id };
      assert.equal(await store.closeAll(userId, options), 2);
      assert.deepEqual(await store.list(userId, at(3)), [{ ...spared, epoch: 2 }]);
    },

    "a stamp is never lowered": async ({ store, at }) => {
      const session = await anOpenSession(store, at(0), { epoch: 5 });
      const options = { before: 3, exceptSessionId: session.id };
      assert.equal(await store.closeAll(session.userId, options), 0);
      assert.deepEqual(await store.find(session.userId, session.id, at(1)), session);
    },

    "a session spared without an epoch is unchanged": async ({ store, at }) => {
      const spared = await anOpenSession(store, at(0));
      await anOpenSession(store, at(1), { userId: spared.userId });
      const options = { exceptSessionId: spared.id };
      assert.equal(await store.closeAll(spared.userId, options), 1);
      assert.deepEqual(await store.list(spared.userId, at(2)), [spared]);
    },

    "sparing a session that is closed does not bring it back": async ({ store, at }) => {
      const closed = await anOpenSession(store, at(0));
      const other = await anOpenSession(store, at(1), { userId: closed.userId });
      await store.close(closed.userId, closed.id);
      const options = { before: 2, exceptSessionId: closed.id };
      assert.equal(await store.closeAll(closed.userId, options), 1);
      await assertOver(store, closed, at(2));
      await assertOver(store, other, at(2));
    },

    "what is handed in or out may be changed without changing what is kept": async ({
      store,
      at,
    }) => {
      const session = await anOpenSession(store, at(0));
      const copy = structuredClone(session);
      session.createdAt.setTime(0);
      const found = await store.find(copy.userId, copy.id, at(1));
      assert.deepEqual(found, copy);
      found?.idleExpiresAt.setTime(0);
      assert.deepEqual(await store.list(copy.userId, at(1)), [copy]);
    },
  },
};
