import { PGlite } from "@electric-sql/pglite";
import { storesConformance } from "@latchkey/conformance";
import type { Stores } from "@latchkey/core/ports";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { Listen } from "../src/listening.ts";
import { migrate } from "../src/migrate.ts";
import { postgresStores } from "../src/stores.ts";

let pglite: PGlite;
let stores: Stores;

const listen: Listen = async (channel, onNotify, signal) => {
  const stop = await pglite.listen(channel, onNotify);
  signal.addEventListener("abort", () => void stop(), { once: true });
};

beforeAll(async () => {
  pglite = await PGlite.create();
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  stores = postgresStores(db, { listen });
});
afterAll(() => pglite.close());

// One connection takes one call after another: a race there shows nothing, so those suites are not
// among the tests. Everything else holds as on a server.
const races = /at once$|^lanes under six workers$/;

function describeUnless(isLeftOut: boolean, name: string, body: () => void): void {
  const register: (name: string, body: () => void) => unknown = describe;
  if (!isLeftOut) register(name, body);
}

describe("PGlite by its one connection", () => {
  storesConformance({
    describe: (name, body) => describeUnless(races.test(name), name, body),
    it,
    open: async () => ({ clients: [stores], close: async () => undefined }),
  });
});
