import { accountsConformance } from "@latchkey/conformance";
import type { Accounts } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, it } from "vitest";
import { postgresStores } from "../src/stores.ts";
import { testDatabase, type TestDatabase } from "./databases.ts";
import { remoteStores, type RemoteStores } from "./two-processes.ts";

let database: TestDatabase;
let other: RemoteStores;
let clients: readonly [Accounts, Accounts];

beforeAll(async () => {
  database = await testDatabase();
  other = await remoteStores(database.url);
  const { accounts } = postgresStores(database.pool(15));
  const { users, outbox } = other.stores.accounts;
  // Functions do not travel, and who is woken is no matter of races.
  clients = [accounts, { users, outbox: { ...accounts.outbox, ...remote(outbox) } }];
});
afterAll(async () => {
  await other.end();
  await database.end();
});

function remote(outbox: Accounts["outbox"]): Omit<Accounts["outbox"], "watch"> {
  return {
    enqueue: (jobs, now) => outbox.enqueue(jobs, now),
    claim: (kinds, batch, leaseSeconds, now) => outbox.claim(kinds, batch, leaseSeconds, now),
    done: (id, lease) => outbox.done(id, lease),
    retry: (id, lease, dueAt, reason) => outbox.retry(id, lease, dueAt, reason),
    bury: (id, lease, reason) => outbox.bury(id, lease, reason),
    count: (now) => outbox.count(now),
  };
}

describe("Postgres by two processes", () => {
  accountsConformance({
    describe,
    it,
    open: async () => ({ clients, close: async () => undefined }),
  });
});
