import { randomUUID } from "node:crypto";
import type { Registration, SessionNotice, Stores } from "@latchkey/core/ports";
import { Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { migrate } from "../src/migrate.ts";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let stores: Stores;

beforeAll(async () => {
  database = await testDatabase();
  stores = postgresStores(database.pool());
});
afterAll(() => database.end());

const day = 24 * 60 * 60 * 1000;
const start = Date.parse("2026-01-01T00:00:00Z");
const at = (milliseconds: number): Date => new Date(start + milliseconds);

function aClaim(own: Partial<Registration> = {}): Registration {
  return {
    ...{ id: randomUUID(), email: randomUUID(), tag: randomUUID(), firstName: "A", lastName: "B" },
    ...{ passwordHash: "h", locale: "en", createdAt: at(0), expiresAt: at(day) },
    ...own,
  };
}

const aSession = (userId: string, now: number) => ({
  ...{ id: randomUUID(), userId, epoch: 1, generation: 0, createdAt: at(now), rotatedAt: at(now) },
  ...{ idleExpiresAt: at(now + day), expiresAt: at(now + day), ip: "192.0.2.1", agent: "curl" },
});

const confirmation = (id: string) => ({
  ...{ id, attemptId: randomUUID(), withoutPassword: false, jobs: [] },
});

async function rowsIn(table: string): Promise<number> {
  const { rows } = await database
    .pool(1)
    .query<{ count: string }>(`SELECT count(*) FROM latchkey.${table}`);
  return Number(rows[0]?.count);
}

describe("schemas", () => {
  it("keep their accounts and sessions apart, in one database", async () => {
    const pool = database.pool();
    await migrate(pool, { schema: "apart" });
    const other = postgresStores(pool, { schema: "apart" });
    const claim = aClaim();
    for (const { accounts } of [stores, other]) {
      expect(await accounts.users.addRegistration(claim, [], at(0))).toBe("added");
      const answer = await accounts.users.confirmRegistration(confirmation(claim.id), at(1));
      expect(answer.outcome).toBe("confirmed");
    }
    expect(await other.accounts.users.remove(claim.id, [], at(2))).toBe(true);
    expect(await stores.accounts.users.findById(claim.id)).not.toBeNull();
  });
});

describe("ids", () => {
  it("that are no UUIDs are nobody's", async () => {
    const { users, outbox } = stores.accounts;
    for (const id of ["", "1", "x'; --", "00000000-0000-0000-0000-00000000000g"]) {
      expect(await users.findById(id)).toBeNull();
      expect(await users.findRegistration(id, at(0))).toBeNull();
      expect(await users.remove(id, [], at(0))).toBe(false);
      expect(await outbox.done(id, "1.1")).toBe(false);
      expect(await stores.sessions.find(id, id, at(0))).toBeNull();
      expect(await stores.sessions.close(id, id)).toBe(false);
      expect((await users.confirmRegistration(confirmation(id), at(0))).outcome).toBe("gone");
    }
  });
});

describe("a confirmation that is late", () => {
  it("does not bring back a user who was made of its claim and removed since", async () => {
    const { users } = stores.accounts;
    const pool = database.pool();
    const claim = aClaim();
    await users.addRegistration(claim, [], at(0));
    // The late one has its snapshot and waits: somebody else has the email, and will let it go.
    const blocker = await pool.connect();
    await blocker.query("BEGIN");
    await blocker.query(
      `INSERT INTO latchkey.users (id, email, tag, first_name, last_name, locale, created_at,
         confirmed_at, attempt_id) VALUES ($1, $2, $3, '', '', 'en', $4, $4, $1)`,
      [randomUUID(), claim.email, randomUUID(), at(0)],
    );
    const late = users.confirmRegistration(confirmation(claim.id), at(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // As if confirmed and removed meanwhile.
    await pool.query("DELETE FROM latchkey.registrations WHERE id = $1", [claim.id]);
    await blocker.query("ROLLBACK");
    blocker.release();
    expect(await late).toEqual({ outcome: "gone" });
    expect(await users.findById(claim.id)).toBeNull();
  });
});

describe("reclaiming", () => {
  it("removes what ended over a day ago, a few rows with some writes, and nothing else", async () => {
    const { users, outbox } = stores.accounts;
    const rule = { kind: "window", name: "w", scope: "", limit: 9, windowSeconds: 60 } as const;
    const code = (now: number) => ({
      ...{ emailKey: randomUUID(), registrationId: randomUUID(), digest: "d", sequence: 1 },
      ...{ expiresAt: at(now + 60_000), claimExpiresAt: at(now + day) },
    });
    const write = async (now: number): Promise<void> => {
      const payload = { userId: randomUUID(), notice: "password_changed" } as const;
      const times = { createdAt: at(now), dueAt: at(now) };
      const job = { id: randomUUID(), kind: "send-notice", payload, lane: null, ...times } as const;
      await users.addRegistration(
        aClaim({ createdAt: at(now), expiresAt: at(now + day) }),
        [job],
        at(now),
      );
      for (const taken of await outbox.claim(["send-notice"], 10, 60, at(now))) {
        await outbox.done(taken.id, taken.lease);
      }
      await stores.sessions.open(aSession(randomUUID(), now), 5, at(now));
      await stores.codes.put(code(now), at(now));
      await stores.limits.take(randomUUID(), [rule], at(now));
    };
    const tables = ["registrations", "jobs", "sessions", "codes", "limits"];
    for (let count = 0; count < 100; count += 1) await write(0);
    const before = await Promise.all(tables.map(rowsIn));
    for (const rows of before) expect(rows).toBeGreaterThanOrEqual(100);
    // A day and a bit later nothing has been over for a day but jobs and limits.
    for (let count = 0; count < 64; count += 1) await write(3 * day);
    for (const [index, table] of tables.entries()) {
      const left = await rowsIn(table);
      expect(left).toBeLessThan((before[index] ?? 0) + 64 - 90);
      expect(left).toBeGreaterThanOrEqual(64);
    }
  });
});

describe("notices of closed sessions", () => {
  const heardFrom = async (source: Stores, signal: AbortSignal) => {
    const heard: SessionNotice[] = [];
    await source.sessions.watch((notice) => heard.push(notice), signal);
    return heard;
  };

  it("come in several parts where one would be too long", async () => {
    const stop = new AbortController();
    const heard = await heardFrom(stores, stop.signal);
    const userId = randomUUID();
    for (let count = 0; count < 250; count += 1) {
      await stores.sessions.open(aSession(userId, count), 1000, at(count));
    }
    expect(await stores.sessions.closeAll(userId, {})).toBe(250);
    const ids = () => heard.flatMap((one) => (one.kind === "closed" ? one.sessionIds : []));
    await vi.waitFor(() => expect(new Set(ids()).size).toBe(250));
    stop.abort();
  });

  it("are a gap when the connection was lost, and go on after it", async () => {
    const pool = database.pool();
    const own = postgresStores(pool);
    const stop = new AbortController();
    const heard = await heardFrom(own, stop.signal);
    await database.pool(1).query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await vi.waitFor(() => expect(heard).toContainEqual({ kind: "gap" }), 3000);
    const session = aSession(randomUUID(), 0);
    await stores.sessions.open(session, 5, at(0));
    await vi.waitFor(async () => {
      // Sent until it is heard: nobody says when listening has begun anew.
      await stores.sessions.open({ ...session }, 5, at(0));
      await stores.sessions.close(session.userId, session.id);
      const closed = { kind: "closed", userId: session.userId, sessionIds: [session.id] };
      expect(heard).toContainEqual(closed);
    }, 5000);
    stop.abort();
  });

  it("without a way to listen are those of this store, and a gap every second", async () => {
    const dialect = new PostgresDialect({ pool: database.pool() });
    const deaf = postgresStores(new Kysely<unknown>({ dialect }));
    const stop = new AbortController();
    const heard = await heardFrom(deaf, stop.signal);
    const session = aSession(randomUUID(), 0);
    await deaf.sessions.open(session, 5, at(0));
    await deaf.sessions.close(session.userId, session.id);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    await vi.waitFor(() => expect(heard).toContainEqual({ kind: "gap" }), 2000);
    stop.abort();
  });

  it("that nobody of ours sent are a gap", async () => {
    const stop = new AbortController();
    const heard = await heardFrom(stores, stop.signal);
    await database.pool(1).query("SELECT pg_notify('latchkey_sessions', 'what is this')");
    await vi.waitFor(() => expect(heard).toEqual([{ kind: "gap" }]));
    stop.abort();
  });
});

describe("the outbox", () => {
  it("wakes workers of every process, in the same step that adds a job", async () => {
    const stop = new AbortController();
    const wake = vi.fn<() => void>();
    const other = postgresStores(database.pool());
    await other.accounts.outbox.watch(wake, stop.signal);
    const payload = { userId: randomUUID(), notice: "password_changed" } as const;
    const times = { createdAt: at(0), dueAt: at(0) };
    const job = { id: randomUUID(), kind: "send-notice", payload, lane: null, ...times } as const;
    await stores.accounts.users.addRegistration(aClaim(), [job], at(0));
    await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1));
    // Known already: nothing was added, nobody is woken.
    await stores.accounts.outbox.enqueue([job], at(0));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(wake).toHaveBeenCalledTimes(1);
    stop.abort();
  });
});
