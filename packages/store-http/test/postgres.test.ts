import { accountsConformance } from "@latchkey/conformance";
import type { Accounts } from "@latchkey/core/ports";
import { guardPool, migrate, poolSettings } from "@latchkey/store-postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { httpStores } from "../src/stores.ts";
import { lossyNetwork, type LossyNetwork } from "./lossy.ts";
import { otherProcess, type OtherProcess } from "./processes.ts";
import { aSecret } from "./serving.ts";

const secret = aSecret();
let postgresUrl = "";
let one: OtherProcess;
let other: OtherProcess;
let network: LossyNetwork;

beforeAll(async () => {
  postgresUrl = await newDatabase();
  const pool = guardPool(new Pool({ connectionString: postgresUrl, max: 1, ...poolSettings }));
  await migrate(pool);
  await pool.end();
  [one, other] = await Promise.all([
    otherProcess(postgresUrl, secret),
    otherProcess(postgresUrl, secret),
  ]);
  network = await lossyNetwork(one.url, 5);
});
afterAll(async () => {
  await network.stop();
  await Promise.all([one.end(), other.end()]);
});

function by(url: string): Accounts {
  return httpStores({ url, secret, deadlineSeconds: 2 }).accounts;
}

describe("Postgres behind two processes", () => {
  accountsConformance({
    describe,
    it,
    open: async () => ({ clients: [by(one.url), by(other.url)], close: async () => undefined }),
  });
});

describe("Postgres behind two processes, one of them behind a network that loses answers", () => {
  accountsConformance({
    describe,
    it,
    open: async () => ({ clients: [by(network.url), by(other.url)], close: async () => undefined }),
  });
});
