// Asks Postgres itself whether text is SQL: it reads all of a query before it runs any of it, and
// the first statement of this one ends it.
import { Client } from "pg";

const ending = "DO $$ BEGIN RAISE EXCEPTION 'read to the end'; END $$;";

/** @throws DatabaseError with Postgres' own words where the text is no SQL */
export async function readSql(database: string, text: string): Promise<void> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    await client.query(`${ending}\n${text}`);
  } catch (error) {
    if (!(error instanceof Error) || error.message !== "read to the end") throw error;
  } finally {
    await client.end();
  }
}
