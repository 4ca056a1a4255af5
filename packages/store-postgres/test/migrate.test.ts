import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { migrate, migrationScript, migrationStatus } from "../src/migrate.ts";
import { readMigrations, statementsOf } from "../src/migrations.ts";

const command = fileURLToPath(new URL("../src/latchkey-migrate.ts", import.meta.url));
const folder = new URL("../migrations/", import.meta.url);

let url: string;
let pool: Pool;

beforeAll(async () => {
  url = await newDatabase();
  pool = new Pool({ connectionString: url, max: 8 });
});
afterAll(() => pool.end());

/** Names of everything in a schema. */
async function contents(schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relkind::text || ' ' || relname AS name FROM pg_class
     WHERE relnamespace = to_regnamespace(quote_ident($1)) ORDER BY 1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

describe("migrate", () => {
  it("makes every table once, and finds nothing missing after that", async () => {
    const made = await migrate(pool, { schema: "once" });
    expect(made.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(await migrate(pool, { schema: "once" })).toEqual([]);
    const status = await migrationStatus(pool, { schema: "once" });
    expect(status.every(({ applied }) => applied)).toBe(true);
  });

  it("lets many start at once: one does the work and none fails", async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () => migrate(pool, { schema: "at_once" })),
    );
    expect(made.filter((one) => one.length > 0)).toHaveLength(1);
  });

  it("takes a Kysely instance as well as a pool", async () => {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await migrate(db, { schema: "by_kysely" });
    expect(await contents("by_kysely")).toEqual(await contents("once"));
  });

  it("refuses a migration that was changed after it was applied", async () => {
    await migrate(pool, { schema: "changed" });
    await pool.query(`UPDATE changed.migrations SET checksum = 'other' WHERE version = 2`);
    for (const work of [migrate, migrationStatus]) {
      await expect(work(pool, { schema: "changed" })).rejects.toThrow(
        /^migration 2 \(sessions_codes_limits\) is not the file that was applied/,
      );
    }
  });

  it("refuses a database that is newer, and says what to do", async () => {
    await migrate(pool, { schema: "newer" });
    await pool.query(
      `INSERT INTO newer.migrations (version, name, checksum) VALUES (4, 'later', 'x')`,
    );
    await expect(migrate(pool, { schema: "newer" })).rejects.toThrow(
      'schema "newer" is at migration 4, which this version of @latchkey/store-postgres does not know: update the package',
    );
  });

  it("leaves nothing behind where one statement fails", async () => {
    await pool.query("CREATE SCHEMA half");
    await pool.query("CREATE TABLE half.codes (mine text)");
    await expect(migrate(pool, { schema: "half" })).rejects.toMatchObject({
      code: "store_unavailable",
      cause: { message: expect.stringContaining("choose another schema") as string },
    });
    expect(await contents("half")).toEqual(["r codes"]);
  });

  it("refuses a schema whose name would have to be more than quoted", async () => {
    for (const schema of ['a"b', "", "1a", "a.b", "a".repeat(49)]) {
      await expect(migrate(pool, { schema })).rejects.toThrow(TypeError);
    }
  });
});

describe("the files", () => {
  // A change here is a new file: databases out there have the old text.
  it("never change once they are published", async () => {
    const migrations = await readMigrations();
    expect(migrations.map(({ version, checksum }) => [version, checksum.slice(0, 16)])).toEqual([
      [1, "afddce26358bb387"],
      [2, "72d1aa021957aa4d"],
      [3, "13a9fc954c104a1e"],
    ]);
  });

  it("must be numbered without a gap", async () => {
    const copy = await mkdtemp(join(tmpdir(), "latchkey-migrations-"));
    try {
      await cp(folder, copy, { recursive: true });
      await writeFile(join(copy, "0005_late.sql"), "SELECT 1;\n");
      const from = pathToFileURL(`${copy}/`);
      await expect(readMigrations(from)).rejects.toThrow("expected number 4");
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it("have the same checksum whatever their line ends are", async () => {
    const copy = await mkdtemp(join(tmpdir(), "latchkey-migrations-"));
    try {
      await cp(folder, copy, { recursive: true });
      const file = join(copy, "0001_accounts.sql");
      await writeFile(file, (await readFile(file, "utf8")).replaceAll("\n", "\r\n"));
      expect(await readMigrations(pathToFileURL(`${copy}/`))).toEqual(await readMigrations());
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  it("are cut into statements, comments between them left out", () => {
    const text = `-- a; comment\nCREATE TABLE "latchkey".a ();\n\n-- the end\n`;
    expect(statementsOf(text, "b")).toEqual([`-- a; comment\nCREATE TABLE "b".a ()`]);
  });
});

describe("latchkey-migrate", () => {
  const run = (args: readonly string[], environment: Record<string, string> = {}) =>
    promisify(execFile)(
      process.execPath,
      ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning", command, ...args],
      { env: { ...process.env, ...environment } },
    );

  it("tells what is missing, applies it and tells again", async () => {
    const where = ["--schema", "by_command"];
    const environment = { POSTGRES_URL: url };
    const before = await run(["status", ...where], environment);
    expect(before.stdout).toBe(
      "1 accounts: missing\n2 sessions_codes_limits: missing\n3 sliding_limits: missing\n",
    );
    const up = await run(["up", "--url", url, ...where]);
    expect(up.stdout).toBe(
      "1 accounts: applied\n2 sessions_codes_limits: applied\n3 sliding_limits: applied\n",
    );
    expect((await run(["up", ...where], environment)).stdout).toBe("nothing is missing\n");
    expect((await run(["status", ...where], environment)).stdout).toBe(up.stdout);
  });

  it("prints SQL that makes the same tables, with their record", async () => {
    const { stdout } = await run(["print", "--schema", "by_hand"]);
    expect(stdout).toBe(await migrationScript({ schema: "by_hand" }));
    await pool.query(stdout);
    expect(await contents("by_hand")).toEqual(await contents("once"));
    expect(await migrate(pool, { schema: "by_hand" })).toEqual([]);
  });

  it("fails with one line that helps", async () => {
    const wrong = url.replace(/:[^:@]+@/, ":wrong@");
    await expect(run(["up", "--url", wrong])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Postgres refuses this user or password.*\n$/) as string,
    });
    await expect(run(["up"], { POSTGRES_URL: "" })).rejects.toMatchObject({ code: 1 });
    await expect(run(["sideways"])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("latchkey-migrate <command>") as string,
    });
  });
});
