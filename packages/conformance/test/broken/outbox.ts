import { memoryStores } from "@latchkey/core/memory";
import type { Accounts, ClaimedJob, Outbox } from "@latchkey/core/ports";
import { type BrokenStore, elsewhere } from "./broken-store.ts";

function withOutbox(change: (outbox: Outbox) => Partial<Outbox>): () => Accounts {
  return () => {
    const accounts = memoryStores().accounts;
    return { ...accounts, outbox: { ...accounts.outbox, ...change(accounts.outbox) } };
  };
}

const lanesInOrder = "lanes keep their order while jobs are retried, given up and abandoned";

export const brokenOutboxes: readonly BrokenStore<Accounts>[] = [
  {
    name: "knows no lanes",
    make: withOutbox((outbox) => ({
      enqueue: (jobs, now) =>
        outbox.enqueue(
          jobs.map((job) => ({ ...job, lane: null })),
          now,
        ),
    })),
    caughtBy: [
      lanesInOrder,
      "of one lane one job is taken, by one caller",
      "jobs of a lane are taken one after another, in the order they were enqueued",
    ],
  },
  {
    name: "lets any lease end a job",
    make: withOutbox((outbox) => {
      const latest = new Map<string, string>();
      return {
        async claim(kinds, batch, leaseSeconds, now) {
          const taken = await outbox.claim(kinds, batch, leaseSeconds, now);
          for (const { id, lease } of taken) latest.set(id, lease);
          return taken;
        },
        done: (id, lease) => outbox.done(id, latest.get(id) ?? lease),
      };
    }),
    caughtBy: [lanesInOrder, "an answer with a lease that was lost does nothing"],
  },
  {
    name: "reads what is due first and marks it as taken after",
    make: withOutbox((outbox) => {
      let reading: Promise<readonly ClaimedJob[]> | undefined;
      return {
        async claim(kinds, batch, leaseSeconds, now) {
          reading ??= outbox.claim(kinds, batch, leaseSeconds, now);
          const taken = await reading;
          await elsewhere();
          reading = undefined;
          return taken;
        },
      };
    }),
    caughtBy: [
      "each of many jobs is taken by one caller",
      "of one lane one job is taken, by one caller",
    ],
  },
  {
    name: "puts a job that is given back at the end of its lane",
    make: withOutbox((outbox) => {
      const taken = new Map<string, ClaimedJob>();
      return {
        async claim(kinds, batch, leaseSeconds, now) {
          const claimed = await outbox.claim(kinds, batch, leaseSeconds, now);
          for (const job of claimed) taken.set(job.lease, job);
          return claimed;
        },
        async retry(id, lease, dueAt, reason) {
          const job = taken.get(lease);
          if (job === undefined) return outbox.retry(id, lease, dueAt, reason);
          // A new row, which has to have a new id of its own.
          await outbox.enqueue([{ ...job, id: `${id} again`, dueAt }], dueAt);
          return outbox.done(id, lease);
        },
      };
    }),
    caughtBy: ["a job given back keeps its place in the lane"],
  },
  {
    name: "forgets a job's id when it is done",
    make: () => {
      const accounts = memoryStores().accounts;
      const generations = new Map<string, number>();
      const inner = (id: string): string => `${generations.get(id) ?? 0} ${id}`;
      const { outbox } = accounts;
      return {
        ...accounts,
        outbox: {
          ...outbox,
          enqueue: (jobs, now) =>
            outbox.enqueue(
              jobs.map((job) => ({ ...job, id: inner(job.id) })),
              now,
            ),
          async claim(kinds, batch, leaseSeconds, now) {
            const taken = await outbox.claim(kinds, batch, leaseSeconds, now);
            return taken.map((job) => ({ ...job, id: job.id.split(" ").at(-1) ?? job.id }));
          },
          async done(id, lease) {
            const isDone = await outbox.done(inner(id), lease);
            if (isDone) generations.set(id, (generations.get(id) ?? 0) + 1);
            return isDone;
          },
          retry: (id, lease, dueAt, reason) => outbox.retry(inner(id), lease, dueAt, reason),
          bury: (id, lease, reason) => outbox.bury(inner(id), lease, reason),
        },
      };
    },
    caughtBy: [
      "a job enqueued again is not added, whether it waits, is held, was given up or is done",
    ],
  },
  {
    name: "lets a job that was given up hold up its lane",
    make: withOutbox((outbox) => ({
      bury: (id, lease, reason) =>
        outbox.retry(id, lease, new Date("9999-01-01T00:00:00Z"), reason),
    })),
    caughtBy: ["a job that was given up no longer holds up its lane"],
  },
];
