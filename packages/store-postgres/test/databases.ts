import { newDatabase } from "../../../tools/services/client.ts";
import { Pool, type PoolConfig } from "pg";
import { migrate } from "../src/migrate.ts";
import { guardPool } from "../src/pool-settings.ts";

/** A database of the test file's own, migrated, and what it opened. */
export interface TestDatabase {
  readonly url: string;
  /** A pool of connections to it, ended with everything else. */
  pool(max?: number, options?: PoolConfig): Pool;
  end(): Promise<void>;
}

export async function testDatabase(schema = "latchkey"): Promise<TestDatabase> {
  const url = await newDatabase();
  const pools: Pool[] = [];
  const pool = (max = 10, options: PoolConfig = {}): Pool => {
    const opened = guardPool(new Pool({ connectionString: url, max, ...options }));
    pools.push(opened);
    return opened;
  };
  await migrate(pool(1), { schema });
  return {
    url,
    pool,
    async end() {
      await Promise.all(pools.map((opened) => opened.end()));
    },
  };
}
