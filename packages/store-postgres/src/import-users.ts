import type { User } from "@latchkey/core/ports";
import { askWithin, type Ask } from "./asking.ts";
import { databaseOf, type KyselyLike, type PoolLike } from "./database.ts";
import { type Names, namesIn } from "./sql.ts";

/** A user who comes from elsewhere, email proven, under the id that is theirs for good. */
export type NewUser = Omit<User, "epoch">;

/** Where to import to. */
export interface ImportUsersOptions {
  /** The schema of the tables, as it was migrated (`latchkey`). */
  readonly schema?: string | undefined;
  /** After how many seconds an unanswered statement fails (10). */
  readonly deadlineSeconds?: number | undefined;
  /** Writes nothing, and answers what would be (false). */
  readonly dryRun?: boolean | undefined;
}

/** `present`: a user of this id is there already, and stays as they are. */
export type ImportOutcome = "imported" | "present" | "email_taken" | "tag_taken";

/** A user may be removed between the two statements; then all of it is asked once more. */
const mostRounds = 5;

function statements(names: Names) {
  const offered = `offered AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS (
      position integer, id uuid, email text, tag text, first_name text, last_name text,
      password_hash text, locale text, disabled boolean, created_at timestamptz,
      confirmed_at timestamptz, last_login_at timestamptz))`;

  // The unique names decide, one row at a time: what one of a batch loses, the others do not.
  const inserting = `WITH ${offered},
    added AS (
      INSERT INTO ${names.users} (id, email, tag, first_name, last_name, password_hash, locale,
        disabled, created_at, confirmed_at, last_login_at, attempt_id)
      SELECT id, email, tag, first_name, last_name, password_hash, locale,
        disabled, created_at, confirmed_at, last_login_at, id
      FROM offered ORDER BY position
      ON CONFLICT DO NOTHING RETURNING id)
    SELECT coalesce(json_agg(id), '[]')::text AS answer FROM added`;

  const standing = `WITH ${offered}
    SELECT coalesce(json_agg(json_build_object('id', id, 'outcome', CASE
      WHEN EXISTS (SELECT 1 FROM ${names.users} AS users WHERE users.id = offered.id)
        THEN 'present'
      WHEN EXISTS (SELECT 1 FROM ${names.users} AS users
        WHERE users.email = offered.email COLLATE "C") THEN 'email_taken'
      WHEN EXISTS (SELECT 1 FROM ${names.users} AS users
        WHERE users.tag = offered.tag COLLATE "C") THEN 'tag_taken' END)), '[]')::text AS answer
    FROM offered`;

  return { inserting, standing };
}

/**
 * Adds users of another system as confirmed ones, each or not at all, and tells of each. Made to be
 * sent again: whoever is there by their id is `present` and is not changed, so an import that broke
 * off is started anew. Nobody is mailed, and no job follows.
 *
 * At most some thousand users a call; each id, email and tag once. Claims to an email or tag that
 * now has a user just expire.
 *
 * @returns one outcome a user, in their order
 * @throws AuthError `store_unavailable` where the database cannot be reached or refuses
 */
export async function importUsers(
  source: KyselyLike | PoolLike,
  users: readonly NewUser[],
  options: ImportUsersOptions = {},
): Promise<readonly ImportOutcome[]> {
  const { schema = "latchkey", deadlineSeconds = 10, dryRun = false } = options;
  const texts = statements(namesIn(schema));
  const ask = askWithin(databaseOf(source, false), schema, deadlineSeconds);
  const outcomes = new Map<string, ImportOutcome>();
  for (let round = 0; round < mostRounds; round += 1) {
    const open = users.filter(({ id }) => !outcomes.has(id));
    if (open.length === 0) break;
    if (!dryRun)
      for (const id of await add(ask, texts.inserting, open)) outcomes.set(id, "imported");
    const left = open.filter(({ id }) => !outcomes.has(id));
    for (const { id, outcome } of await stand(ask, texts.standing, left)) {
      if (outcome !== null) outcomes.set(id, outcome);
      else if (dryRun) outcomes.set(id, "imported");
    }
  }
  return users.map(({ id }) => {
    const outcome = outcomes.get(id);
    if (outcome === undefined) throw new Error("one user was made and removed over and over");
    return outcome;
  });
}

async function add(ask: Ask, text: string, users: readonly NewUser[]): Promise<readonly string[]> {
  return (await ask<string[]>(text, [parameterOf(users)])) ?? [];
}

interface Standing {
  readonly id: string;
  readonly outcome: ImportOutcome | null;
}

async function stand(
  ask: Ask,
  text: string,
  users: readonly NewUser[],
): Promise<readonly Standing[]> {
  return users.length === 0 ? [] : ((await ask<Standing[]>(text, [parameterOf(users)])) ?? []);
}

function parameterOf(users: readonly NewUser[]): string {
  return JSON.stringify(
    users.map((user, position) => ({
      ...{ position, id: user.id, email: user.email, tag: user.tag, locale: user.locale },
      ...{ first_name: user.firstName, last_name: user.lastName, disabled: user.disabled },
      password_hash: user.passwordHash,
      created_at: user.createdAt.toISOString(),
      confirmed_at: user.confirmedAt.toISOString(),
      last_login_at: user.lastLoginAt?.toISOString() ?? null,
    })),
  );
}
