import { randomUUID } from "node:crypto";
import { isAuthError } from "@latchkey/core";
import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KyselyLike, PoolLike } from "../src/database.ts";
import { guardPool } from "../src/pool-settings.ts";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
const opened: Pool[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(opened.map((pool) => pool.end()));
  await database.end();
});

function poolAt(url: string, options: PoolConfig = {}): Pool {
  const pool = guardPool(new Pool({ connectionString: url, max: 2, ...options }));
  opened.push(pool);
  return pool;
}

function kyselyOn(pool: Pool): KyselyLike {
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
}

/** The message behind a failed write, which has to be `store_unavailable` and in time. */
async function causeAt(
  source: PoolLike | KyselyLike,
  options: Parameters<typeof postgresStores>[1] = {},
): Promise<string> {
  const { accounts } = postgresStores(source, options);
  const started = performance.now();
  const error: unknown = await accounts.users.addRegistration(aClaim(), [], now).then(
    () => "it succeeded",
    (thrown: unknown) => thrown,
  );
  expect(performance.now() - started).toBeLessThan(2000);
  if (!isAuthError(error, "store_unavailable")) throw error;
  expect(error.status).toBe(503);
  expect(error.retryAfterSeconds).toBe(1);
  const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + inspected(error.cause);
  expect(told).not.toMatch(/canary|secret-hash|hunter2/);
  return (error.cause as Error).message;
}

function inspected(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const own = Object.getOwnPropertyNames(cause).map((name) => String(Reflect.get(cause, name)));
  return own.join(" ") + (cause.cause === undefined ? "" : inspected(cause.cause));
}

const now = new Date("2026-01-01T00:00:00Z");
const aClaim = () => ({
  ...{ id: randomUUID(), email: "canary@mail.example", tag: "canary", firstName: "A" },
  ...{ lastName: "B", passwordHash: "secret-hash", locale: "en" as const },
  ...{ createdAt: now, expiresAt: new Date("2026-01-02T00:00:00Z") },
});

describe.each([
  ["a pool", (pool: Pool): PoolLike | KyselyLike => pool],
  ["Kysely", kyselyOn],
])("by %s", (_name, by) => {
  it("nobody listening there is named, with what to check", async () => {
    const cause = await causeAt(by(poolAt("postgres://u:hunter2@127.0.0.1:1/x")));
    expect(cause).toMatch(/^Postgres cannot be reached: check its address.*ECONNREFUSED/);
  });

  it("a wrong password is named", async () => {
    const cause = await causeAt(by(poolAt(database.url.replace(/:[^:@]+@/, ":hunter2@"))));
    expect(cause).toMatch(/^Postgres refuses this user or password/);
  });

  it("a missing database is named", async () => {
    const cause = await causeAt(by(poolAt(database.url.replace(/[^/]+$/, "nowhere"))));
    expect(cause).toMatch(/^this database does not exist: create it/);
  });

  it("a missing table is named, with the command that makes it", async () => {
    const cause = await causeAt(by(database.pool(1)), { schema: "never_made" });
    expect(cause).toBe(
      'the tables of schema "never_made" are missing: run `latchkey-migrate up` (42P01)',
    );
  });

  it("an old schema is named, with the command that brings it up to date", async () => {
    const pool = database.pool(1);
    await pool.query("CREATE SCHEMA IF NOT EXISTS old");
    await pool.query("CREATE TABLE IF NOT EXISTS old.users (id uuid, tag text)");
    await pool.query("CREATE TABLE IF NOT EXISTS old.registrations (id uuid)");
    await pool.query("CREATE TABLE IF NOT EXISTS old.jobs (id uuid)");
    const cause = await causeAt(by(pool), { schema: "old" });
    expect(cause).toMatch(/are not those of this version: run `latchkey-migrate up`/);
  });

  it("a database that only reads is named", async () => {
    const pool = poolAt(database.url, { options: "-c default_transaction_read_only=on" });
    expect(await causeAt(by(pool))).toMatch(/^this Postgres only reads: connect to the primary/);
  });

  it("a user without rights is named", async () => {
    const pool = database.pool(1);
    await pool.query("DROP ROLE IF EXISTS powerless");
    await pool.query("CREATE ROLE powerless LOGIN PASSWORD 'hunter2'");
    const url = database.url.replace(/\/\/[^@]+@/, "//powerless:hunter2@");
    expect(await causeAt(by(poolAt(url)))).toMatch(/may not use the tables: grant it/);
    await pool.query("DROP ROLE powerless");
  });

  it("a row that breaks a rule of somebody else's is not quoted", async () => {
    const pool = database.pool(1);
    await pool.query("ALTER TABLE latchkey.registrations ADD CONSTRAINT canary CHECK (tag = '')");
    try {
      expect(await causeAt(by(pool))).toBe(
        "Postgres refused a statement: this is a fault of ours (23514)",
      );
    } finally {
      await pool.query("ALTER TABLE latchkey.registrations DROP CONSTRAINT canary");
    }
  });

  it("a statement that waits for a lock is given up at the deadline", async () => {
    const blocker = await database.pool(1).connect();
    try {
      await blocker.query("BEGIN");
      await blocker.query("LOCK TABLE latchkey.registrations");
      // Postgres stops a moment later what we have given up, as the recommended settings have it.
      const pool = poolAt(database.url, { statement_timeout: 350 });
      const cause = await causeAt(by(pool), { deadlineSeconds: 0.3 });
      expect(cause).toBe("Postgres did not answer within 0.3 s");
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await blocker.query("ROLLBACK");
      blocker.release();
    }
  });

  it("what waited for a connection when its deadline passed never runs", async () => {
    const pool = poolAt(database.url, { max: 1 });
    const { accounts } = postgresStores(by(pool), { deadlineSeconds: 0.2 });
    const holder = await pool.connect();
    const claim = { ...aClaim(), tag: randomUUID() };
    await expect(accounts.users.addRegistration(claim, [], now)).rejects.toMatchObject({
      code: "store_unavailable",
    });
    holder.release();
    // Whatever were queued would be ahead of this one.
    expect(await accounts.users.findRegistration(claim.id, now)).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await accounts.users.findRegistration(claim.id, now)).toBeNull();
  });

  it("after an outage it answers again without a restart", async () => {
    const pool = poolAt(database.url);
    const { accounts } = postgresStores(by(pool));
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    expect(await accounts.users.findById(randomUUID())).toBeNull();
    await database.pool(1).query(terminate);
    const started = performance.now();
    const answer = async (): Promise<unknown> => {
      if (performance.now() - started > 2000) return "it never answered again";
      return accounts.users.findById(randomUUID()).catch(answer);
    };
    expect(await answer()).toBeNull();
  });
});

describe("a pool whose connections hang", () => {
  it("is rid of them: the next call has a new one", async () => {
    const pool = poolAt(database.url, { max: 1 });
    const { accounts } = postgresStores(pool, { deadlineSeconds: 0.2 });
    const blocker = await database.pool(1).connect();
    await blocker.query("BEGIN");
    await blocker.query("LOCK TABLE latchkey.registrations");
    const hanging = accounts.users.findRegistration(randomUUID(), now);
    await expect(hanging).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await accounts.users.findById(randomUUID())).toBeNull();
    await blocker.query("ROLLBACK");
    blocker.release();
  });
});

describe("wrong options", () => {
  it("are a TypeError at construction", () => {
    const pool = database.pool(1);
    expect(() => postgresStores(pool, { schema: 'a"' })).toThrow(TypeError);
    expect(() => postgresStores(pool, { deadlineSeconds: 0 })).toThrow(TypeError);
  });

  it("include a transaction, since each call is one of its own", async () => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: database.pool(1) }) });
    await db.transaction().execute(async (transaction) => {
      expect(() => postgresStores(transaction)).toThrow(TypeError);
    });
  });
});
