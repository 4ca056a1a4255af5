import assert from "node:assert/strict";
import type { Accounts, ClaimedJob, Job, OutboxCount } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { only } from "../outcomes.ts";
import { aCloseJob, aJob, aJobOf, around, newDigest, newEmail, newId } from "../samples.ts";
import { everyKind, takeAll, takeThese } from "./taking.ts";

const toSomebody = () => ({ email: newEmail(), locale: "ru" }) as const;

/** One job of each kind, with everything in it that a store must hand back as it was. */
function oneOfEach(now: Date, dueAt: Date): readonly Job[] {
  const [userId, linkId] = [newId(), newDigest()];
  const expiresAt = dueAt.toISOString();
  const own = { dueAt };
  return [
    aJobOf("send-confirmation", { ...toSomebody(), registrationId: newId(), again: true }, now, {
      ...own,
      lane: newDigest(),
    }),
    aJobOf("send-reset-link", { ...toSomebody(), overLimit: false }, now, own),
    aJobOf("send-notice", { userId, notice: "password_changed" }, now, { ...own, lane: userId }),
    aJobOf("close-sessions", { userId, before: null, exceptSessionId: newId() }, now, own),
    aJobOf("close-sessions", { userId, before: 7, exceptSessionId: null }, now, own),
    aJobOf("expire-reset-link", { userId, digest: linkId, expiresAt }, now, own),
    aJobOf("run-handler", { event: "reset.offered", userId, linkId, expiresAt }, now, {
      ...own,
      lane: newId(),
    }),
  ];
}

export const outboxJobs: Suite<Accounts> = {
  about: "jobs and their standing",
  behaviours: {
    "a job of every kind comes back as it was given, for the first time": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const jobs = oneOfEach(at(0), at(0.123));
      await store.outbox.enqueue(jobs, at(0));
      const taken = await store.outbox.claim(everyKind, 20, 60, at(1));
      assert.deepEqual(taken.map(({ id }) => id).toSorted(), jobs.map(({ id }) => id).toSorted());
      for (const job of taken) {
        const { sequence, attempts, lease, ...own } = job;
        assert.deepEqual(
          own,
          jobs.find(({ id }) => id === job.id),
        );
        assert.equal(attempts, 1);
        assert.ok(Number.isSafeInteger(sequence));
        assert.ok(lease.length > 0);
      }
    },

    "jobs without a lane rise in sequence too": async ({ store, at }) => {
      const jobs = [aJob(at(0)), aJob(at(0)), aJob(at(0))];
      for (const job of jobs) await store.outbox.enqueue([job], at(0));
      const taken = await takeThese(store.outbox, jobs, at(1));
      assert.deepEqual(
        taken.map(({ id }) => id),
        jobs.map(({ id }) => id),
      );
    },

    "a job is taken when it is due, and not before": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const job = aJob(at(0), { dueAt: at(10) });
      await store.outbox.enqueue([job], at(0));
      const [before, due] = around(at(10));
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, before), []);
      assert.equal(only(await store.outbox.claim(everyKind, 10, 60, due)).id, job.id);
    },

    "only kinds that were asked for are taken, and no more than asked for": async ({
      store,
      at,
    }) => {
      await takeAll(store.outbox, at(0));
      const closing = [aCloseJob(newId(), at(0)), aCloseJob(newId(), at(0))];
      const notices = [aJob(at(0)), aJob(at(0)), aJob(at(0))];
      await store.outbox.enqueue([...notices, ...closing], at(0));
      const taken = await store.outbox.claim(["close-sessions"], 10, 60, at(1));
      assert.deepEqual(
        taken.map(({ id }) => id).toSorted(),
        closing.map(({ id }) => id).toSorted(),
      );
      assert.equal((await store.outbox.claim(["send-notice"], 2, 60, at(1))).length, 2);
      assert.equal((await store.outbox.claim(["send-notice"], 2, 60, at(1))).length, 1);
    },

    "nothing due and no kinds answer an empty list, and an empty list adds nothing": async ({
      store,
      at,
    }) => {
      await takeAll(store.outbox, at(0));
      const before = await store.outbox.count(at(0));
      await store.outbox.enqueue([], at(0));
      assert.deepEqual(await store.outbox.count(at(0)), before);
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(1)), []);
      await store.outbox.enqueue([aJob(at(1))], at(1));
      assert.deepEqual(await store.outbox.claim([], 10, 60, at(2)), []);
    },

    "a job enqueued again is not added, whether it waits, is held, was given up or is done":
      async ({ store, at }) => {
        await takeAll(store.outbox, at(0));
        const again = async (job: Job, now: Date): Promise<readonly ClaimedJob[]> => {
          await store.outbox.enqueue([job], now);
          return store.outbox.claim(everyKind, 10, 60, now);
        };
        const [waits, ends, buried] = [aJob(at(0)), aJob(at(0)), aJob(at(0))];
        await store.outbox.enqueue([waits], at(0));
        const held = only(await again(waits, at(1)));
        assert.deepEqual(await again(waits, at(2)), []);
        await store.outbox.done(held.id, held.lease);

        const done = only(await again(ends, at(3)));
        await store.outbox.done(done.id, done.lease);
        assert.deepEqual(await again(ends, at(4)), []);
        const dayLater = around(at(3 + 24 * 60 * 60))[0];
        assert.deepEqual(await again(ends, dayLater), []);

        const bad = only(await again(buried, dayLater));
        await store.outbox.bury(bad.id, bad.lease, "given up");
        assert.deepEqual(await again(buried, dayLater), []);
      },

    "a job that a list names twice is added once": async ({ store, at }) => {
      const [job, other] = [aJob(at(0)), aJob(at(0))];
      await store.outbox.enqueue([job, other, job], at(0));
      const taken = await takeThese(store.outbox, [job, other], at(1));
      assert.deepEqual(
        taken.map(({ id }) => id),
        [job.id, other.id],
      );
    },

    "the count tells jobs that are due, held, for later and given up": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const empty = await store.outbox.count(at(0));
      const lane = newId();
      const held = aJob(at(0), { lane });
      const waiting = aJob(at(0), { lane });
      const later = [aJob(at(0), { dueAt: at(50) }), aJob(at(0), { lane, dueAt: at(50) })];
      const other = aJobOf("send-reset-link", { ...toSomebody(), overLimit: false }, at(0));
      await store.outbox.enqueue([held, waiting, ...later, other], at(0));
      const counted = async (now: Date): Promise<OutboxCount> => {
        const all = await store.outbox.count(now);
        return { ...all, buried: all.buried - empty.buried };
      };
      assert.deepEqual(await counted(at(1)), { due: 3, later: 2, claimed: 0, buried: 0 });
      const taken = only(await store.outbox.claim(["send-notice"], 10, 30, at(1)));
      assert.deepEqual(await counted(at(2)), { due: 2, later: 2, claimed: 1, buried: 0 });
      // A lease that has run out holds nothing.
      assert.deepEqual(await counted(at(31)), { due: 3, later: 2, claimed: 0, buried: 0 });
      assert.deepEqual(await counted(at(50)), { due: 5, later: 0, claimed: 0, buried: 0 });
      await store.outbox.bury(taken.id, taken.lease, "given up");
      assert.deepEqual(await counted(at(50)), { due: 4, later: 0, claimed: 0, buried: 1 });
    },

    "watching resolves, and wakes nobody once its signal has aborted": async ({ store, at }) => {
      const stop = new AbortController();
      let wakings = 0;
      await store.outbox.watch(() => {
        wakings += 1;
      }, stop.signal);
      await store.outbox.enqueue([aJob(at(0))], at(0));
      stop.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const before = wakings;
      await store.outbox.enqueue([aJob(at(1))], at(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(wakings, before);
      await store.outbox.watch(() => assert.fail("woken after the abort"), stop.signal);
      await store.outbox.enqueue([aJob(at(2))], at(2));
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  },
};
