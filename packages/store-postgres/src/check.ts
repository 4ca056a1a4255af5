import { askWithin } from "./asking.ts";
import { databaseOf, type KyselyLike, type PoolLike } from "./database.ts";
import { storeUnavailable } from "./faults.ts";
import { readMigrations } from "./migrations.ts";
import { namesIn } from "./sql.ts";

/** Whom to ask. */
export interface CheckOptions {
  /** The schema of the tables, as it was migrated (default: `latchkey`). */
  readonly schema?: string | undefined;
  /** After how many seconds an unanswered check fails (default: 1.5). */
  readonly deadlineSeconds?: number | undefined;
}

/** How the server is doing. */
export interface PostgresCheck {
  /** What time it is there. */
  readonly time: Date;
}

interface Answer {
  readonly readOnly: boolean;
  readonly version: number;
  readonly time: number;
}

/**
 * Whether Postgres can keep the stores' promises: for a readiness endpoint. It has to answer in
 * time, to take writes, and to have the tables of this version of the package or a newer one.
 *
 * @throws AuthError `store_unavailable` where it cannot; its cause says why, and what helps
 */
export async function checkPostgres(
  source: KyselyLike | PoolLike,
  options: CheckOptions = {},
): Promise<PostgresCheck> {
  const { schema = "latchkey", deadlineSeconds = 1.5 } = options;
  namesIn(schema);
  const migrations = await readMigrations();
  const ask = askWithin(databaseOf(source, false), schema, deadlineSeconds);
  const answer = await ask<Answer>(
    `SELECT json_build_object(
      'readOnly', current_setting('transaction_read_only')::boolean,
      'version', (SELECT coalesce(max(version), 0) FROM "${schema}".migrations),
      'time', (extract(epoch FROM clock_timestamp()) * 1000)::bigint)::text AS answer`,
    [],
  );
  const { readOnly = false, version = 0, time = Number.NaN } = answer ?? {};
  if (readOnly) throw storeUnavailable(sqlState("25006"), schema);
  // 42: the tables are not those of this version.
  if (version < migrations.length) throw storeUnavailable(sqlState("42000"), schema);
  return { time: new Date(time) };
}

function sqlState(code: string): Error {
  return Object.assign(new Error(code), { code });
}
