import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import pg from "pg";

export async function openStores() {
  const connectionString = process.env["POSTGRES_URL"];
  const pool = guardPool(new pg.Pool({ ...poolSettings, connectionString }));
  await migrate(pool);
  return { stores: postgresStores(pool), closeStores: () => pool.end() };
}
