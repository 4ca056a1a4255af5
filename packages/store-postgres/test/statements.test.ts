import { randomUUID } from "node:crypto";
import type { Job, Registration, Stores } from "@latchkey/core/ports";
import { Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { type CountingPool, countingPool } from "./counting.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let pool: CountingPool;
let stores: Stores;

beforeAll(async () => {
  database = await testDatabase();
  pool = countingPool(database.pool());
  stores = postgresStores(pool);
});
afterAll(() => database.end());

const now = new Date("2026-01-01T00:00:00Z");
const later = new Date("2026-01-02T00:00:00Z");
const soon = new Date("2026-01-01T00:01:00Z");

function aClaim(): Registration {
  return {
    id: randomUUID(),
    email: `${randomUUID()}@mail.example`,
    tag: randomUUID(),
    firstName: "Ada",
    lastName: "Lovelace",
    passwordHash: randomUUID(),
    locale: "en",
    createdAt: now,
    expiresAt: later,
  };
}

function aJob(userId: string): Job {
  const payload = { userId, before: null, exceptSessionId: null };
  const times = { createdAt: now, dueAt: now };
  return { id: randomUUID(), kind: "close-sessions", payload, lane: userId, ...times };
}

/** A step made ready; what it answers is the call to be counted. */
type Step = () => Promise<() => Promise<unknown>>;

async function aUser(): Promise<string> {
  const claim = aClaim();
  await stores.accounts.users.addRegistration(claim, [], now);
  const request = { id: claim.id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
  await stores.accounts.users.confirmRegistration(request, now);
  return claim.id;
}

const ready = (call: () => Promise<unknown>): Step => {
  return async () => call;
};
const session = (userId: string) => ({
  ...{ id: randomUUID(), userId, epoch: 1, generation: 0, createdAt: now, rotatedAt: now },
  ...{ idleExpiresAt: later, expiresAt: later, ip: "192.0.2.1", agent: "Firefox/Linux" },
});
const window = { kind: "window", name: "w", scope: "", limit: 1, windowSeconds: 60 } as const;
const code = () => ({
  ...{ emailKey: randomUUID(), registrationId: randomUUID(), digest: randomUUID(), sequence: 1 },
  ...{ expiresAt: later, claimExpiresAt: later },
});

/** Every method of every port but `watch`, where it succeeds and where it is refused. */
const steps: Readonly<Record<string, Step>> = {
  addRegistration: ready(() => stores.accounts.users.addRegistration(aClaim(), [], now)),
  "addRegistration, tag taken": async () => {
    const user = await stores.accounts.users.findById(await aUser());
    const claim = { ...aClaim(), tag: user?.tag ?? "" };
    return () => stores.accounts.users.addRegistration(claim, [], now);
  },
  findRegistration: ready(() => stores.accounts.users.findRegistration(randomUUID(), now)),
  confirmRegistration: async () => {
    const claim = aClaim();
    await stores.accounts.users.addRegistration(claim, [], now);
    const jobs = [aJob(claim.id)];
    const request = { id: claim.id, attemptId: randomUUID(), withoutPassword: false, jobs };
    return () => stores.accounts.users.confirmRegistration(request, now);
  },
  "confirmRegistration, email taken": async () => {
    const user = await stores.accounts.users.findById(await aUser());
    const claim = { ...aClaim(), email: user?.email ?? "" };
    await stores.accounts.users.addRegistration(claim, [], now);
    const request = { id: claim.id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
    return () => stores.accounts.users.confirmRegistration(request, now);
  },
  "findForLogin by email": ready(() =>
    stores.accounts.users.findForLogin({ kind: "email", email: "a@b.example" }, now),
  ),
  "findForLogin by tag": ready(() =>
    stores.accounts.users.findForLogin({ kind: "tag", tag: "ada" }, now),
  ),
  findByEmail: ready(() => stores.accounts.users.findByEmail("a@b.example")),
  findById: ready(() => stores.accounts.users.findById(randomUUID())),
  commitLogin: async () => {
    const id = await aUser();
    return () => stores.accounts.users.commitLogin(id, 1, now);
  },
  rehash: ready(() => stores.accounts.users.rehash(randomUUID(), "old", "new")),
  offerReset: async () => {
    const userId = await aUser();
    const offer = { userId, digest: "d", requestedAt: now, expiresAt: later, jobs: [aJob(userId)] };
    return () => stores.accounts.users.offerReset(offer, now);
  },
  inspectReset: ready(() => stores.accounts.users.inspectReset(randomUUID(), "d", now)),
  resetPassword: async () => {
    const userId = await aUser();
    const offer = { userId, digest: "d", requestedAt: now, expiresAt: later, jobs: [] };
    await stores.accounts.users.offerReset(offer, now);
    const reset = { userId, digest: "d", passwordHash: "h", jobs: [aJob(userId)] };
    return () => stores.accounts.users.resetPassword(reset, now);
  },
  changePassword: async () => {
    const userId = await aUser();
    const change = { userId, epoch: 1, passwordHash: "h", jobs: [aJob(userId)] };
    return () => stores.accounts.users.changePassword(change, now);
  },
  raiseEpoch: async () => {
    const userId = await aUser();
    const raise = { userId, epoch: 1, operationId: randomUUID(), jobs: [aJob(userId)] };
    return () => stores.accounts.users.raiseEpoch(raise, now);
  },
  setDisabled: async () => {
    const id = await aUser();
    return () => stores.accounts.users.setDisabled(id, true, [aJob(id)], now);
  },
  remove: async () => {
    const id = await aUser();
    return () => stores.accounts.users.remove(id, [aJob(id)], now);
  },
  enqueue: ready(() => stores.accounts.outbox.enqueue([aJob("a"), aJob("b")], now)),
  claim: ready(() => stores.accounts.outbox.claim(["close-sessions"], 10, 60, soon)),
  done: ready(() => stores.accounts.outbox.done(randomUUID(), "1.1")),
  retry: ready(() => stores.accounts.outbox.retry(randomUUID(), "1.1", now, "because")),
  bury: ready(() => stores.accounts.outbox.bury(randomUUID(), "1.1", "because")),
  count: ready(() => stores.accounts.outbox.count(now)),
  "sessions.open": ready(() => stores.sessions.open(session(randomUUID()), 3, now)),
  "sessions.rotate": async () => {
    const own = session(randomUUID());
    await stores.sessions.open(own, 3, now);
    const lengths = { graceSeconds: 10, idleSeconds: 60 };
    const request = { userId: own.userId, sessionId: own.id, generation: 0, epoch: 1, ...lengths };
    return () => stores.sessions.rotate(request, now);
  },
  "sessions.find": ready(() => stores.sessions.find(randomUUID(), randomUUID(), now)),
  "sessions.list": ready(() => stores.sessions.list(randomUUID(), now)),
  "sessions.close": ready(() => stores.sessions.close(randomUUID(), randomUUID())),
  "sessions.closeAll": ready(() => stores.sessions.closeAll(randomUUID(), { before: 2 })),
  "codes.put": ready(() => stores.codes.put(code(), now)),
  "codes.attempt by claim": ready(() =>
    stores.codes.attempt(code(), { perRegistration: 5, perEmail: 15 }, now),
  ),
  "codes.attempt by email": ready(() => {
    const { emailKey, digest } = code();
    return stores.codes.attempt({ emailKey, digest }, { perRegistration: 5, perEmail: 15 }, now);
  }),
  "limits.take, three rules": ready(() =>
    stores.limits.take(
      randomUUID(),
      ["a", "b", "c"].map((name) => ({ ...window, name })),
      now,
    ),
  ),
  "limits.forgive, two subjects": ready(() =>
    stores.limits.forgive(
      ["a", "b"].map((subject) => ({ subject, clear: [window], giveBack: [] })),
      now,
    ),
  ),
};

describe("statements", () => {
  it.each(Object.entries(steps))("%s is one", async (_name, prepare) => {
    const call = await prepare();
    pool.forget();
    await call();
    expect(pool.sent).toHaveLength(1);
    expect(pool.refusals).toEqual([]);
  });

  it("what there is nothing to do for is none", async () => {
    pool.forget();
    await stores.accounts.outbox.enqueue([], now);
    await stores.limits.forgive([], now);
    expect(pool.sent).toEqual([]);
  });

  it("is one for all users that are asked for in one turn", async () => {
    const ids = [await aUser(), await aUser(), randomUUID(), "nobody's"];
    pool.forget();
    const found = await Promise.all(ids.map((id) => stores.accounts.users.findById(id)));
    expect(found.map((user) => user?.id)).toEqual([ids[0], ids[1], undefined, undefined]);
    expect(pool.sent).toHaveLength(1);
  });

  it("never read the database's clock, and name every table by its schema", async () => {
    for (const prepare of Object.values(steps)) {
      const call = await prepare();
      await call();
    }
    for (const text of pool.sent.map((sent) => sent.replaceAll(/extract\(epoch FROM/g, ""))) {
      expect(text).not.toMatch(/\bnow\(\)|current_timestamp|clock_timestamp|localtime/i);
      // Within an expression FROM is no clause.
      expect(text).not.toMatch(
        /\b(?:FROM|INTO|UPDATE|JOIN) (?:users|registrations|jobs|sessions|codes|limits)\b/,
      );
    }
  });

  it("are the same by Kysely, one for one", async () => {
    const counted = countingPool(database.pool());
    const log: string[] = [];
    const dialect = new PostgresDialect({ pool: database.pool() });
    const db = new Kysely<unknown>({ dialect, log: ({ query }) => void log.push(query.sql) });
    const id = randomUUID();
    await postgresStores(counted).accounts.users.findById(id);
    await postgresStores(db).accounts.users.findById(id);
    expect(counted.sent).toHaveLength(1);
    expect(log).toEqual(counted.sent);
  });
});
