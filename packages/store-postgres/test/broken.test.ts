import { storesConformance } from "@latchkey/conformance";
import type { Stores } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../src/migrate.ts";
import { postgresStores } from "../src/stores.ts";
import { brokenStores, unguarded } from "./broken-stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";

let database: TestDatabase;
let makePool: () => ReturnType<TestDatabase["pool"]>;

beforeAll(async () => {
  database = await testDatabase();
  const pool = database.pool(30);
  makePool = () => pool;
  await migrate(pool, { schema: unguarded });
  await pool.query(`ALTER TABLE ${unguarded}.users DROP CONSTRAINT users_unique_email,
    DROP CONSTRAINT users_unique_tag`);
});
afterAll(() => database.end());

/** The kit's tests by name, to be run on other stores each time. */
function testsOf(stores: Stores): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  storesConformance({
    describe: (_name, body) => body(),
    it: (name, body) => tests.set(name, body),
    open: async () => ({ clients: [stores], close: async () => undefined }),
  });
  return tests;
}

/** A race need not be lost at the first go. */
const goes = 5;

async function isCaught(test: () => Promise<void>): Promise<boolean> {
  for (let go = 0; go < goes; go += 1) {
    const failed = await test().then(
      () => false,
      () => true,
    );
    if (failed) return true;
  }
  return false;
}

const cases = brokenStores.flatMap(({ name, make, caughtBy }) =>
  caughtBy.map((test) => ({ name, make, test })),
);

describe("broken stores on Postgres", () => {
  it.each(cases)("a store that $name fails: $test", async ({ make, test }) => {
    const body = testsOf(make(makePool())).get(test);
    // Otherwise the kit has no test of that name.
    expect(body).toBeTypeOf("function");
    expect(await isCaught(body ?? (async () => undefined))).toBe(true);
  });

  it("the sound store passes every one of those tests", async () => {
    const tests = testsOf(postgresStores(makePool()));
    for (const name of new Set(cases.map(({ test }) => test))) {
      await expect(tests.get(name)?.()).resolves.toBeUndefined();
    }
  });
});
