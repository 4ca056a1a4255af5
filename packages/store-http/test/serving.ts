import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Accounts } from "@latchkey/core/ports";
import { accountsEndpoints, type AccountsEndpointsOptions } from "../src/endpoints.ts";

export function aSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The endpoints on a port of their own. */
export interface Serving {
  readonly url: string;
  readonly port: number;
  /** How many requests came in so far. */
  readonly requests: number;
  stop(): Promise<void>;
}

export async function serving(
  accounts: Accounts,
  secret: AccountsEndpointsOptions["secret"],
  more: Partial<AccountsEndpointsOptions> = {},
  port = 0,
): Promise<Serving> {
  const listener = accountsEndpoints({ accounts, secret, ...more });
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}${more.prefix ?? ""}`,
    port: own,
    get requests() {
      return requests;
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
