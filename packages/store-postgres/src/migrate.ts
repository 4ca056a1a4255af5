import { isAuthError } from "@latchkey/core";
import type { KyselyLike, PoolLike, Run } from "./database.ts";
import { codeOf, storeUnavailable } from "./faults.ts";
import { inTransaction, type Transaction } from "./migrating.ts";
import { type Migration, readMigrations, statementsOf } from "./migrations.ts";
import { namesIn } from "./sql.ts";

/** Where to migrate. */
export interface MigrateOptions {
  /** The schema of the tables (default: `latchkey`); made if it is not there. */
  readonly schema?: string | undefined;
  /** After how many seconds a connection, or a question about what is there, fails (default: 10). */
  readonly deadlineSeconds?: number | undefined;
  /** How many seconds another migrating process is waited for, and each change may take (default: 300). */
  readonly patienceSeconds?: number | undefined;
}

/** How a migration of this version of the package stands in a database. */
export interface MigrationStatus {
  /** Its number; they run in this order. */
  readonly version: number;
  /** What it is called. */
  readonly name: string;
  /** Whether the database has it. */
  readonly applied: boolean;
}

interface Applied {
  readonly version: number;
  readonly checksum: string;
}

/**
 * Brings the tables up to this version of the package: all missing migrations, or none. Two
 * processes that start at once are fine: the second waits and finds nothing left to do.
 *
 * @returns the migrations that were missing
 * @throws Error where a migration was changed after it was applied, or the database is newer
 * @throws AuthError `store_unavailable` where the database cannot be reached, refuses, or does not
 * answer in time
 */
export async function migrate(
  source: KyselyLike | PoolLike,
  options: MigrateOptions = {},
): Promise<readonly MigrationStatus[]> {
  const { schema } = namesIn(options.schema ?? "latchkey");
  const migrations = await readMigrations();
  return inTransaction(source, schema, options, async ({ run, runLong }) => {
    await lock(runLong, schema);
    const applied = await readApplied(run, schema);
    if (applied === null) for (const text of bookkeeping(schema)) await run(text, []);
    const missing = compare(migrations, applied ?? [], schema);
    for (const migration of missing) {
      for (const text of statementsOf(migration.text, schema)) await runLong(text, []);
      await run(
        `INSERT INTO "${schema}".migrations (version, name, checksum) VALUES ($1, $2, $3)`,
        [migration.version, migration.name, migration.checksum],
      );
    }
    return missing.map(({ version, name }) => ({ version, name, applied: true }));
  });
}

/**
 * How each migration of this version of the package stands.
 *
 * @throws as `migrate` does
 */
export async function migrationStatus(
  source: KyselyLike | PoolLike,
  options: MigrateOptions = {},
): Promise<readonly MigrationStatus[]> {
  const { schema } = namesIn(options.schema ?? "latchkey");
  const migrations = await readMigrations();
  return inTransaction(source, schema, options, async ({ run }) => {
    const missing = compare(migrations, (await readApplied(run, schema)) ?? [], schema);
    return migrations.map(({ version, name }) => ({
      version,
      name,
      applied: !missing.some((migration) => migration.version === version),
    }));
  });
}

/** The whole SQL, for those who run migrations with a tool of their own. */
export async function migrationScript(options: MigrateOptions = {}): Promise<string> {
  const { schema } = namesIn(options.schema ?? "latchkey");
  const parts = (await readMigrations()).map(({ version, name, checksum, text }) =>
    [
      text.replaceAll('"latchkey"', `"${schema}"`).trimEnd(),
      `INSERT INTO "${schema}".migrations (version, name, checksum)\n` +
        `  VALUES (${version}, '${name}', '${checksum}');`,
    ].join("\n\n"),
  );
  return ["BEGIN;", ...bookkeeping(schema).map((text) => `${text};`), ...parts, "COMMIT;", ""].join(
    "\n\n",
  );
}

/** One process at a time; the others wait here. */
async function lock(runLong: Transaction["runLong"], schema: string): Promise<void> {
  const name = `latchkey-migrate ${schema}`;
  try {
    await runLong("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", [name]);
  } catch (error) {
    if (!isAuthError(error) || codeOf(error.cause) !== "55P03") throw error;
    const says = "another process is migrating and does not end: look for one that hangs";
    throw storeUnavailable(new Error(says), schema);
  }
}

function bookkeeping(schema: string): readonly string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS "${schema}"`,
    `CREATE TABLE "${schema}".migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`,
  ];
}

/** What was applied, or null where nothing ever was. */
async function readApplied(run: Run, schema: string): Promise<readonly Applied[] | null> {
  const [table] = await run("SELECT to_regclass($1::text)::text AS answer", [
    `"${schema}".migrations`,
  ]);
  if (typeof table?.["answer"] !== "string") return null;
  const [row] = await run(
    `SELECT coalesce(json_agg(json_build_object('version', version, 'checksum', checksum)
      ORDER BY version), '[]')::text AS answer FROM "${schema}".migrations`,
    [],
  );
  return JSON.parse(String(row?.["answer"])) as readonly Applied[];
}

function compare(
  migrations: readonly Migration[],
  applied: readonly Applied[],
  schema: string,
): readonly Migration[] {
  for (const { version, checksum } of applied) {
    const known = migrations.find((migration) => migration.version === version);
    if (known === undefined) {
      throw new Error(
        `schema "${schema}" is at migration ${version}, which this version of ` +
          `@latchkey/store-postgres does not know: update the package, the database is newer`,
      );
    }
    if (known.checksum !== checksum) {
      throw new Error(
        `migration ${version} (${known.name}) is not the file that was applied to schema ` +
          `"${schema}": a migration never changes, so restore the package's own file`,
      );
    }
  }
  return migrations.filter(({ version }) => !applied.some((one) => one.version === version));
}
