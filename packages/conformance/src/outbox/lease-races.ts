import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { nth, only } from "../outcomes.ts";
import { aJob, newId } from "../samples.ts";
import { everyKind, takeAll } from "./taking.ts";

const rounds = 10;

export const leaseRaces: Suite<Accounts> = {
  about: "takings at once",
  behaviours: {
    "each of many jobs is taken by one caller": async ({ store, callers, race, at }) => {
      await takeAll(store.outbox, at(0));
      const jobs = Array.from({ length: callers * 2 }, () => aJob(at(0)));
      await store.outbox.enqueue(jobs, at(0));
      const taken = await race(({ outbox }) => outbox.claim(everyKind, 3, 60, at(1)));
      // A caller may come away with fewer than there are, but never with another's.
      const rest = await store.outbox.claim(everyKind, jobs.length, 60, at(1));
      const all = [...taken.flat(), ...rest];
      assert.deepEqual(all.map(({ id }) => id).toSorted(), jobs.map(({ id }) => id).toSorted());
      assert.equal(new Set(all.map(({ lease }) => lease)).size, all.length);
      assert.ok(taken.every((batch) => batch.length <= 3));
    },

    "of one lane one job is taken, by one caller": async ({ store, race, at }) => {
      await takeAll(store.outbox, at(0));
      const lane = newId();
      const jobs = Array.from({ length: 5 }, () => aJob(at(0), { lane }));
      await store.outbox.enqueue(jobs, at(0));
      const taken = await race(({ outbox }) => outbox.claim(everyKind, 5, 60, at(1)));
      assert.equal(only(taken.flat()).id, nth(jobs, 0).id);
    },

    "a job enqueued many times at once is one job": async ({ store, race, at }) => {
      const job = aJob(at(0));
      await race(({ outbox }) => outbox.enqueue([job], at(0)));
      const taken = await takeAll(store.outbox, at(1));
      assert.equal(taken.filter(({ id }) => id === job.id).length, 1);
    },

    "jobs that many callers enqueue to one lane come out in the order of their sequence": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const lane = newId();
      const pairs = Array.from({ length: callers }, () => [
        aJob(at(0), { lane }),
        aJob(at(0), { lane }),
      ]);
      await race(({ outbox }, caller) => outbox.enqueue(nth(pairs, caller), at(0)));
      const ids = new Set(pairs.flat().map(({ id }) => id));
      const taken = (await takeAll(store.outbox, at(1))).filter(({ id }) => ids.has(id));
      assert.equal(taken.length, ids.size);
      const sequences = taken.map(({ sequence }) => sequence);
      assert.deepEqual(
        sequences,
        sequences.toSorted((one, other) => one - other),
      );
      // Jobs of one call keep the order of that call.
      const order = taken.map(({ id }) => id);
      for (const [first, second] of pairs) {
        assert.ok(order.indexOf(first?.id ?? "") < order.indexOf(second?.id ?? ""));
      }
    },

    "a late answer and a new taking exclude each other": async ({ store, together, at }) => {
      await takeAll(store.outbox, at(0));
      for (let round = 0; round < rounds; round += 1) {
        const now = at(round * 1000);
        await store.outbox.enqueue([aJob(now)], now);
        const { id, lease } = only(await store.outbox.claim(everyKind, 10, 60, now));
        const later = at(round * 1000 + 61);
        const takes = ({ outbox }: Accounts) => outbox.claim(everyKind, 10, 60, later);
        const ends = ({ outbox }: Accounts) => outbox.done(id, lease);
        const [taken, ended] =
          round % 2 === 0 ? await together(takes, ends) : swapped(await together(ends, takes));
        assert.equal(ended, taken.length === 0, "a job was both ended and taken, or neither");
        await takeAll(store.outbox, at(round * 1000 + 200));
      }
    },
  },
};

function swapped<First, Second>([first, second]: readonly [First, Second]): [Second, First] {
  return [second, first];
}
