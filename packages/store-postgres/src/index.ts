export { checkPostgres } from "./check.ts";
export type { CheckOptions, PostgresCheck } from "./check.ts";
export type { KyselyLike, PoolClientLike, PoolLike } from "./database.ts";
export type { Listen } from "./listening.ts";
export { migrate, migrationScript, migrationStatus } from "./migrate.ts";
export type { MigrateOptions, MigrationStatus } from "./migrate.ts";
export { guardPool, poolSettings } from "./pool-settings.ts";
export { postgresStores } from "./stores.ts";
export type { PostgresStoresOptions } from "./stores.ts";
