// The other half in a process of its own: serves the accounts of a Postgres until told to end.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { guardPool, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { Pool } from "pg";
import { accountsEndpoints } from "../src/endpoints.ts";

const [, , connectionString, secret = ""] = process.argv;
const pool = guardPool(new Pool({ connectionString, max: 15, ...poolSettings }));
const { accounts } = postgresStores(pool);
const server = createServer(accountsEndpoints({ accounts, secret }));
process.on("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.send?.((server.address() as AddressInfo).port);
