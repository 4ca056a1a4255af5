import { storesConformance } from "@latchkey/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let stores: ReturnType<typeof postgresStores>[];

beforeAll(async () => {
  database = await testDatabase();
  stores = [0, 1].map(() => postgresStores(database.pool(15)));
});
afterAll(() => database.end());

describe("Postgres by two pools", () => {
  storesConformance({
    describe,
    it,
    async open() {
      const [one, other] = stores;
      if (one === undefined || other === undefined) throw new TypeError("not opened");
      return { clients: [one, other], close: async () => undefined };
    },
  });
});
