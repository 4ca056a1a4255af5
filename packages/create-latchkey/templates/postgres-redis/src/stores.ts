import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import pg from "pg";

export async function openStores() {
  const connectionString = process.env["POSTGRES_URL"];
  const pool = guardPool(new pg.Pool({ ...poolSettings, connectionString }));
  await migrate(pool);
  const connection = connectRedis(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379");
  await connection.ready();
  return {
    stores: { ...postgresStores(pool), ...redisStores(connection.redis) },
    closeStores: async () => void (await Promise.all([pool.end(), connection.close()])),
  };
}
