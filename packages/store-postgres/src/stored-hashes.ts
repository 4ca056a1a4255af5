import { askWithin } from "./asking.ts";
import { databaseOf, type KyselyLike, type PoolLike } from "./database.ts";
import type { ImportUsersOptions } from "./import-users.ts";
import { namesIn } from "./sql.ts";

interface Page {
  readonly last: string | null;
  readonly hashes: readonly string[];
}

const usersPerPage = 2000;
const beforeAll = "00000000-0000-0000-0000-000000000000";

/**
 * The password hashes of all users who have one, a page at a time: to count which kinds there are.
 *
 * @yields the hashes of a page
 * @throws AuthError `store_unavailable` where the database cannot be reached or refuses
 */
export async function* storedHashes(
  source: KyselyLike | PoolLike,
  options: Omit<ImportUsersOptions, "dryRun"> = {},
): AsyncGenerator<readonly string[], void, void> {
  const { schema = "latchkey", deadlineSeconds = 10 } = options;
  const { users } = namesIn(schema);
  const ask = askWithin(databaseOf(source, false), schema, deadlineSeconds);
  const text = `WITH page AS (
      SELECT id, password_hash FROM ${users} WHERE id > $1::uuid ORDER BY id LIMIT ${usersPerPage})
    SELECT json_build_object(
      'last', (SELECT id FROM page ORDER BY id DESC LIMIT 1),
      'hashes', coalesce((SELECT json_agg(password_hash) FROM page
        WHERE password_hash IS NOT NULL), '[]'))::text AS answer`;
  for (let after: string | null = beforeAll; after !== null;) {
    const page: Page | null = await ask<Page>(text, [after]);
    after = page?.last ?? null;
    if (page !== null && page.hashes.length > 0) yield page.hashes;
  }
}
