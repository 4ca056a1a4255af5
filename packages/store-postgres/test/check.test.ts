import { isAuthError } from "@latchkey/core";
import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProxy } from "../../../tools/services/proxy.ts";
import { checkPostgres } from "../src/check.ts";
import type { KyselyLike, PoolLike } from "../src/database.ts";
import { guardPool, poolSettings } from "../src/pool-settings.ts";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

const nobody = "00000000-0000-0000-0000-000000000000";
const readOnly = { options: "-c default_transaction_read_only=on" };

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

/** The cause of a `store_unavailable` that came within two seconds. */
async function causeOf(call: () => Promise<unknown>): Promise<string> {
  const started = performance.now();
  const error: unknown = await call().then(
    () => "it succeeded",
    (thrown: unknown) => thrown,
  );
  expect(performance.now() - started).toBeLessThan(2000);
  if (!isAuthError(error, "store_unavailable")) throw error;
  return (error.cause as Error).message;
}

describe.each([
  ["a pool", (pool: Pool): PoolLike | KyselyLike => pool],
  ["Kysely", (pool: Pool) => new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })],
])("checkPostgres by %s", (_name, by) => {
  it("tells the server's time where all is well", async () => {
    const { time } = await checkPostgres(by(database.pool(1)));
    expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(2000);
  });

  it("names a server that only reads", async () => {
    const cause = await causeOf(() => checkPostgres(by(poolAt(database.url, readOnly))));
    expect(cause).toMatch(/^this Postgres only reads: connect to the primary/);
  });

  it("names missing tables, and those of an older version", async () => {
    const pool = database.pool(1);
    const never = await causeOf(() => checkPostgres(by(pool), { schema: "never_made" }));
    expect(never).toMatch(/^the tables of schema "never_made" are missing: run/);
    await pool.query("CREATE SCHEMA IF NOT EXISTS older");
    await pool.query("CREATE TABLE IF NOT EXISTS older.migrations AS SELECT 1 AS version");
    const older = await causeOf(() => checkPostgres(by(pool), { schema: "older" }));
    expect(older).toMatch(/are not those of this version: run `latchkey-migrate up`/);
  });

  it("lets a database be newer: others are being updated first", async () => {
    const pool = database.pool(1);
    await pool.query("CREATE SCHEMA IF NOT EXISTS newer");
    await pool.query("CREATE TABLE IF NOT EXISTS newer.migrations AS SELECT 99 AS version");
    await expect(checkPostgres(by(pool), { schema: "newer" })).resolves.toHaveProperty("time");
  });

  it("refuses a schema whose name would have to be more than quoted", async () => {
    await expect(checkPostgres(by(database.pool(1)), { schema: 'a"' })).rejects.toThrow(TypeError);
  });
});

describe("poolSettings", () => {
  it("use no connection to a server that only reads, not even to read", async () => {
    const pool = poolAt(database.url, { ...poolSettings, ...readOnly });
    const { users } = postgresStores(pool).accounts;
    expect(await causeOf(() => users.findById(nobody))).toMatch(/^this Postgres only reads/);
    expect(pool.totalCount).toBe(0);
  });

  it("give up a new connection that falls silent, and the pool has room for others", async () => {
    const { hostname, port } = new URL(database.url);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const pool = poolAt(url.href, { ...poolSettings, max: 1 });
    // Silent from the moment on at which it stands.
    pool.once("connect", () => proxy.behave({ traffic: "hold" }));
    const { users } = postgresStores(pool).accounts;
    expect(await causeOf(() => users.findById(nobody))).toMatch(/gives no connection in time/);
    proxy.behave({ traffic: "pass" });
    expect(await users.findById(nobody)).toBeNull();
    await pool.end();
    opened.splice(opened.indexOf(pool), 1);
    await proxy.stop();
  });

  it("survive a connection that breaks before anybody has it", async () => {
    const { hostname, port } = new URL(database.url);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const pool = new Pool({ connectionString: url.href, ...poolSettings, max: 1 });
    opened.push(pool);
    pool.once("connect", () => proxy.cut());
    pool.on("error", () => undefined);
    await expect(pool.query("SELECT 1")).rejects.toThrow(/^Connection terminated/);
    await proxy.stop();
  });
});
