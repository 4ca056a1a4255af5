import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { nth, only } from "../outcomes.ts";
import { aJob, aJobOf, newEmail, newId } from "../samples.ts";
import { everyKind, takeAll } from "./taking.ts";

export const outboxLanes: Suite<Accounts> = {
  about: "lanes",
  behaviours: {
    "jobs of a lane are taken one after another, in the order they were enqueued": async ({
      store,
      at,
    }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const jobs = Array.from({ length: 4 }, () => aJob(at(0), { lane }));
      await store.outbox.enqueue(jobs.slice(0, 2), at(0));
      await store.outbox.enqueue(jobs.slice(2), at(0));
      let last = 0;
      for (const job of jobs) {
        const taken = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
        assert.equal(taken.id, job.id);
        assert.ok(taken.sequence > last);
        last = taken.sequence;
        await store.outbox.done(taken.id, taken.lease);
      }
    },

    "a job given back keeps its place in the lane": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const jobs = [aJob(at(0), { lane }), aJob(at(0), { lane })];
      await store.outbox.enqueue(jobs, at(0));
      const first = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      await store.outbox.retry(first.id, first.lease, at(10), "tried in vain");
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(9)), []);
      const again = only(await store.outbox.claim(everyKind, 10, 60, at(10)));
      assert.deepEqual([again.id, again.sequence], [first.id, first.sequence]);
    },

    "a job that is not due yet holds up its lane": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const jobs = [aJob(at(0), { lane, dueAt: at(10) }), aJob(at(0), { lane })];
      await store.outbox.enqueue(jobs, at(0));
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(9)), []);
      const taken = only(await store.outbox.claim(everyKind, 10, 60, at(10)));
      assert.equal(taken.id, nth(jobs, 0).id);
    },

    "a job of a kind not asked for holds up its lane": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const payload = { email: newEmail(), locale: "en", overLimit: false } as const;
      const first = aJobOf("send-reset-link", payload, at(0), { lane });
      const second = aJob(at(0), { lane });
      await store.outbox.enqueue([first, second], at(0));
      assert.deepEqual(await store.outbox.claim(["send-notice"], 10, 60, at(1)), []);
      const taken = only(await store.outbox.claim(["send-reset-link"], 10, 60, at(1)));
      assert.equal(taken.id, first.id);
      await store.outbox.done(taken.id, taken.lease);
      const next = only(await store.outbox.claim(["send-notice"], 10, 60, at(1)));
      assert.equal(next.id, second.id);
    },

    "a job that was given up no longer holds up its lane": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const jobs = [aJob(at(0), { lane }), aJob(at(0), { lane })];
      await store.outbox.enqueue(jobs, at(0));
      const { id, lease } = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      assert.equal(await store.outbox.bury(id, lease, "given up"), true);
      const next = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      assert.equal(next.id, nth(jobs, 1).id);
      // And it is not taken again, however late it gets.
      await store.outbox.done(next.id, next.lease);
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(100_000)), []);
    },

    "lanes do not hold up one another, nor jobs without a lane": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const jobs = [aJob(at(0), { lane: newId() }), aJob(at(0), { lane: newId() }), aJob(at(0))];
      const free = [aJob(at(0)), aJob(at(0))];
      await store.outbox.enqueue([...jobs, ...free], at(0));
      const taken = await store.outbox.claim(everyKind, 10, 60, at(1));
      assert.equal(taken.length, 5);
      assert.equal(new Set(taken.map(({ lease }) => lease)).size, 5);
    },
  },
};
