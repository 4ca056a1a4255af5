import { randomUUID } from "node:crypto";
import type { Job, Registration } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { type CountingPool, countingPool } from "./counting.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let pool: CountingPool;

beforeAll(async () => {
  database = await testDatabase();
  // As many at once as the callers: it is Postgres that has to put them in order.
  pool = countingPool(database.pool(60));
});
afterAll(() => database.end());

/** Deadlocks that Postgres counted, and steps that it could not order. */
async function disorders(): Promise<unknown> {
  const { rows } = await database
    .pool(1)
    .query<{ deadlocks: string }>(
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    );
  return { counted: rows, answered: pool.refusals.filter((code) => code.startsWith("40")) };
}

const none = { counted: [{ deadlocks: "0" }], answered: [] };

const now = new Date("2026-01-01T00:00:00Z");
const later = new Date("2026-01-02T00:00:00Z");

function aJob(lane: string | null): Job {
  const payload = { userId: randomUUID(), notice: "password_changed" } as const;
  return { id: randomUUID(), kind: "send-notice", payload, lane, createdAt: now, dueAt: now };
}

describe("under load", () => {
  it("six workers end 2,000 jobs, each lane in its order, while they are enqueued", async () => {
    const { outbox } = postgresStores(pool).accounts;
    const lanes = Array.from({ length: 50 }, (_, lane) => `lane ${lane}`);
    const jobs = Array.from({ length: 2000 }, (_, index) => aJob(lanes[index % 40] ?? null));
    const order = new Map<string, string[]>();
    for (const { id, lane } of jobs) order.set(`${lane}`, [...(order.get(`${lane}`) ?? []), id]);
    const ended: string[] = [];
    const endedOfLane = new Map<string, string[]>();

    const enqueueAll = async (): Promise<void> => {
      // Four at once, each of several lanes: the order within a lane is that of one caller.
      const callers = [0, 1, 2, 3].map(async (caller) => {
        const own = jobs.filter((_, index) => (index % 40) % 4 === caller);
        for (let from = 0; from < own.length; from += 10) {
          await outbox.enqueue(own.slice(from, from + 10), now);
        }
      });
      await Promise.all(callers);
    };
    const work = async (): Promise<void> => {
      while (ended.length < jobs.length) {
        for (const job of await outbox.claim(["send-notice"], 10, 60, now)) {
          endedOfLane.set(`${job.lane}`, [...(endedOfLane.get(`${job.lane}`) ?? []), job.id]);
          expect(await outbox.done(job.id, job.lease)).toBe(true);
          ended.push(job.id);
        }
      }
    };
    await Promise.all([enqueueAll(), ...Array.from({ length: 6 }, work)]);

    expect(new Set(ended).size).toBe(jobs.length);
    for (const [lane, ids] of order) expect(endedOfLane.get(lane)).toEqual(ids);
    expect(await disorders()).toEqual(none);
  });

  it("1,800 parallel confirmations of claims that share emails and tags never deadlock", async () => {
    const { users } = postgresStores(pool, { deadlineSeconds: 20 }).accounts;
    // 600 claims of 60 emails and 60 tags, crossing each other, each confirmed three times.
    const claims = Array.from({ length: 600 }, (_, index): Registration => ({
      ...{ id: randomUUID(), email: `${index % 60}@mail.example` },
      ...{ tag: `tag_${(index * 7 + Math.floor(index / 60)) % 60}` },
      ...{ firstName: "Ada", lastName: "Lovelace", passwordHash: "h", locale: "en" as const },
      ...{ createdAt: now, expiresAt: later },
    }));
    await Promise.all(claims.map((claim) => users.addRegistration(claim, [], now)));
    const calls = [0, 1, 2].flatMap(() => claims);
    const outcomes = await Promise.all(
      calls.map(({ id, email }) =>
        users.confirmRegistration(
          { id, attemptId: randomUUID(), withoutPassword: false, jobs: [aJob(email), aJob(id)] },
          now,
        ),
      ),
    );
    const confirmed = outcomes.filter(({ outcome }) => outcome === "confirmed");
    const people = confirmed.map((answer) => ("user" in answer ? answer.user : null));
    expect(new Set(people.map((user) => user?.email)).size).toBe(confirmed.length);
    expect(new Set(people.map((user) => user?.tag)).size).toBe(confirmed.length);
    expect(outcomes.every(({ outcome }) => outcome !== "gone")).toBe(true);
    expect(await disorders()).toEqual(none);
  });

  it("every step of one user at once, close-alls of many, never deadlock", async () => {
    const { accounts, sessions, limits } = postgresStores(pool, { deadlineSeconds: 20 });
    const { users, outbox } = accounts;
    const ids = Array.from({ length: 5 }, () => randomUUID());
    for (const id of ids) {
      const claim = {
        ...{ id, email: id, tag: id, firstName: "A", lastName: "B", passwordHash: "h" },
        ...{ locale: "en" as const, createdAt: now, expiresAt: later },
      };
      await users.addRegistration(claim, [], now);
      const request = { id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
      await users.confirmRegistration(request, now);
    }
    const rule = { kind: "window", name: "w", scope: "", limit: 9, windowSeconds: 60 } as const;
    const steps = Array.from({ length: 800 }, async (_, index) => {
      const userId = ids[index % 5] ?? "";
      // Lanes of all users, in an order that differs from call to call.
      const jobs = ids.map((_id, at) => aJob(ids[(at * 2 + index) % 5] ?? null));
      const rest = { userId, jobs, passwordHash: `h${index}` };
      const subjects = ids.map((_id, at) => ids[(at * 3 + index) % 5] ?? "");
      await [
        () => users.changePassword({ ...rest, epoch: 1 + (index % 3) }, now),
        () => users.raiseEpoch({ ...rest, epoch: 1 + (index % 3), operationId: randomUUID() }, now),
        () =>
          users.offerReset(
            { ...rest, digest: `${index}`, requestedAt: now, expiresAt: later },
            now,
          ),
        () => users.setDisabled(userId, index % 2 === 0, jobs, now),
        () => outbox.enqueue(jobs, now),
        () => sessions.closeAll(userId, { before: index }),
        () => limits.take(userId, [rule], now),
        () =>
          limits.forgive(
            subjects.map((subject) => ({ subject, clear: [], giveBack: [rule] })),
            now,
          ),
      ][index % 8]?.();
    });
    await Promise.all(steps);
    expect(await disorders()).toEqual(none);
  });
});
