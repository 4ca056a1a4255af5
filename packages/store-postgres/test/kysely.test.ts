import { storesConformance } from "@latchkey/conformance";
import type { Stores } from "@latchkey/core/ports";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, describe, it } from "vitest";
import { migrate } from "../src/migrate.ts";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let stores: Stores;

// The default schema is there too: whatever forgot the other one would find its tables there.
beforeAll(async () => {
  database = await testDatabase();
  const pool = database.pool(20);
  const db = new Kysely<{ "auth.users": { firstName: string } }>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  });
  await migrate(db, { schema: "Second_Schema" });
  stores = postgresStores(db, { schema: "Second_Schema", listen: pool });
});
afterAll(() => database.end());

describe("Postgres by the caller's Kysely with plugins, in another schema", () => {
  storesConformance({
    describe,
    it,
    open: async () => ({ clients: [stores], close: async () => undefined }),
  });
});
