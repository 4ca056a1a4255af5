// The library behind Fastify, in a process of its own that runs no jobs: what it says to Postgres and
// Redis is said for requests alone. A hollow one answers without any work worth the name.
import { latchkey } from "@latchkey/adapter-fastify";
import { createAuth, type AuthOptions } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import type { PasswordHasher, Stores } from "@latchkey/core/ports";
import { guardPool, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import Fastify from "fastify";
import { Pool } from "pg";

/** What it is started with. */
export interface FrontSettings {
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly secret: string;
  readonly publicUrl: string;
  readonly isHollow: boolean;
  readonly options: Pick<AuthOptions, "limits" | "passwords">;
}

const settings = JSON.parse(process.argv[2] ?? "{}") as FrontSettings;
const { secret, publicUrl, isHollow, options } = settings;

const noHasher: PasswordHasher = {
  hash: async () => "none",
  verify: async () => false,
  needsRehash: () => false,
  dummy: () => "none",
};

async function realStores(): Promise<Stores> {
  // One connection: which of several is used would be one more thing to differ.
  const connectionString = settings.postgresUrl;
  const pool = guardPool(new Pool({ connectionString, max: 1, ...poolSettings }));
  const connection = connectRedis(settings.redisUrl);
  await connection.ready();
  return { ...postgresStores(pool), ...redisStores(connection.redis) };
}

const auth = createAuth({
  ...{ publicUrl, secret, ...options, mailer: memoryMailer(), trustedProxies: ["127.0.0.1"] },
  passwords: isHollow ? { hasher: noHasher } : options.passwords,
  stores: isHollow ? memoryStores() : await realStores(),
  onEvent: () => {},
});
const app = Fastify();
await app.register(latchkey, { auth });
process.on("disconnect", () => process.exit(0));
process.send?.(await app.listen({ host: "127.0.0.1", port: 0 }));
