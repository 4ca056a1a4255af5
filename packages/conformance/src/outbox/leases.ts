import assert from "node:assert/strict";
import type { Accounts, Outbox } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { only } from "../outcomes.ts";
import { aJob, around, newId } from "../samples.ts";
import { everyKind, takeAll } from "./taking.ts";

/** The ways to answer for a job, by a lease. */
const answers: Readonly<
  Record<string, (outbox: Outbox, id: string, lease: string, now: Date) => Promise<boolean>>
> = {
  done: (outbox, id, lease) => outbox.done(id, lease),
  retry: (outbox, id, lease, now) => outbox.retry(id, lease, now, "tried in vain"),
  bury: (outbox, id, lease) => outbox.bury(id, lease, "given up"),
};

export const outboxLeases: Suite<Accounts> = {
  about: "leases",
  behaviours: {
    "a job is free again when its lease has run out, and not before": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      await store.outbox.enqueue([aJob(at(0))], at(0));
      const first = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      const [before, end] = around(at(61));
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, before), []);
      const second = only(await store.outbox.claim(everyKind, 10, 60, end));
      assert.notEqual(second.lease, first.lease);
      assert.deepEqual(second, { ...first, attempts: 2, lease: second.lease });
    },

    "an answer with a lease that was lost does nothing": async ({ store, at }) => {
      for (const answer of Object.values(answers)) {
        await takeAll(store.outbox, at(0));
        await store.outbox.enqueue([aJob(at(0))], at(0));
        const lost = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
        const held = only(await store.outbox.claim(everyKind, 10, 60, at(61)));
        const before = await store.outbox.count(at(62));
        assert.equal(await answer(store.outbox, lost.id, lost.lease, at(62)), false);
        assert.deepEqual(await store.outbox.count(at(62)), before);
        assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(62)), []);
        assert.equal(await store.outbox.done(held.id, held.lease), true);
      }
    },

    "an answer for an unknown job, or with a lease that never was, is false": async ({
      store,
      at,
    }) => {
      const job = aJob(at(0));
      await store.outbox.enqueue([job], at(0));
      for (const answer of Object.values(answers)) {
        assert.equal(await answer(store.outbox, newId(), newId(), at(1)), false);
        assert.equal(await answer(store.outbox, job.id, newId(), at(1)), false);
      }
      assert.ok((await takeAll(store.outbox, at(1))).some(({ id }) => id === job.id));
    },

    "an answer sent twice answers the same": async ({ store, at }) => {
      for (const answer of Object.values(answers)) {
        await takeAll(store.outbox, at(0));
        await store.outbox.enqueue([aJob(at(0))], at(0));
        const { id, lease } = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
        assert.equal(await answer(store.outbox, id, lease, at(2)), true);
        const once = await store.outbox.count(at(3));
        assert.equal(await answer(store.outbox, id, lease, at(2)), true);
        assert.deepEqual(await store.outbox.count(at(3)), once);
      }
    },

    "a job given back is taken by a new lease, and the one given back is lost": async ({
      store,
      at,
    }) => {
      await takeAll(store.outbox, at(0));
      await store.outbox.enqueue([aJob(at(0))], at(0));
      const first = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      await store.outbox.retry(first.id, first.lease, at(2), "tried in vain");
      const second = only(await store.outbox.claim(everyKind, 10, 60, at(2)));
      for (const answer of Object.values(answers)) {
        assert.equal(await answer(store.outbox, first.id, first.lease, at(3)), false);
      }
      assert.equal(await store.outbox.done(second.id, second.lease), true);
    },

    "a job given back is not taken before its new time": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const job = aJob(at(0));
      await store.outbox.enqueue([job], at(0));
      const { id, lease } = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      assert.equal(await store.outbox.retry(id, lease, at(30), "tried in vain"), true);
      const [before, due] = around(at(30));
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, before), []);
      const again = only(await store.outbox.claim(everyKind, 10, 60, due));
      const { payload, createdAt, attempts } = again;
      assert.deepEqual(
        { payload, createdAt, attempts },
        { payload: job.payload, createdAt: job.createdAt, attempts: 2 },
      );
    },

    "a job that is done is never taken again": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      await store.outbox.enqueue([aJob(at(0))], at(0));
      const { id, lease } = only(await store.outbox.claim(everyKind, 10, 60, at(1)));
      assert.equal(await store.outbox.done(id, lease), true);
      assert.deepEqual(await store.outbox.claim(everyKind, 10, 60, at(100_000)), []);
    },
  },
};
