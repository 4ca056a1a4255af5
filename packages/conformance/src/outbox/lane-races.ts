import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { aJob, newId } from "../samples.ts";
import { takeAll } from "./taking.ts";
import { workers } from "./workers.ts";

export const laneRaces: Suite<Accounts> = {
  about: "lanes under six workers",
  behaviours: {
    "lanes keep their order while jobs are retried, given up and abandoned": async ({
      store,
      clients,
      at,
    }) => {
      await takeAll(store.outbox, at(0));
      const lanes = Array.from({ length: 6 }, () => {
        const lane = newId();
        return Array.from({ length: 8 }, () => aJob(at(0), { lane }));
      });
      // Enqueued in turns, so that the lanes lie through one another.
      for (let turn = 0; turn < 8; turn += 1) {
        const jobs = lanes.flatMap((jobsOfLane) => jobsOfLane.slice(turn, turn + 1));
        await store.outbox.enqueue(jobs, at(0));
      }
      const crew = workers({ clients, at, jobs: lanes.flat(), seed: 1 });
      await Promise.all(Array.from({ length: 6 }, (_, worker) => crew.work(worker)));

      assert.deepEqual(crew.violations(), []);
      const ended = new Set(crew.ended());
      assert.ok(
        lanes.flat().every(({ id }) => ended.has(id)),
        "a job was never ended",
      );
    },

    "jobs without a lane are each held by one worker at a time": async ({ store, clients, at }) => {
      await takeAll(store.outbox, at(0));
      const jobs = Array.from({ length: 30 }, () => aJob(at(0)));
      await store.outbox.enqueue(jobs, at(0));
      const crew = workers({ clients, at, jobs, seed: 2 });
      await Promise.all(Array.from({ length: 6 }, (_, worker) => crew.work(worker)));

      assert.deepEqual(crew.violations(), []);
      assert.equal(new Set(crew.ended()).size, jobs.length);
    },

    "one bad job blocks its own lane until it is buried, and no other": async ({ store, at }) => {
      await takeAll(store.outbox, at(0));
      const [bad, behind] = [aJob(at(0), { lane: newId() }), aJob(at(0), { lane: newId() })];
      const blocked = aJob(at(0), { lane: bad.lane });
      await store.outbox.enqueue([bad, blocked, behind], at(0));
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        const taken = await store.outbox.claim(["send-notice"], 10, 60, at(attempt * 10));
        const expected = attempt === 1 ? [bad.id, behind.id] : [bad.id];
        assert.deepEqual(taken.map(({ id }) => id).toSorted(), expected.toSorted());
        for (const { id, lease } of taken) {
          if (id === behind.id) await store.outbox.done(id, lease);
          else if (attempt < 3) await store.outbox.retry(id, lease, at(attempt * 10), "failed");
          else await store.outbox.bury(id, lease, "failed for good");
        }
      }
      const taken = await takeAll(store.outbox, at(40));
      assert.deepEqual(
        taken.map(({ id }) => id),
        [blocked.id],
      );
    },
  },
};
