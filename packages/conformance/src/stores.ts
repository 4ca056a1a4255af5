import type { Stores } from "@latchkey/core/ports";
import { accountsConformance } from "./accounts/accounts.ts";
import { codeStoreConformance } from "./codes/codes.ts";
import type { Harness } from "./harness.ts";
import { rateLimiterConformance } from "./limits/limits.ts";
import { sessionStoreConformance } from "./sessions/sessions.ts";

/** The same harness, of one part of what it opens. */
function partOf<Name extends keyof Stores>(
  harness: Harness<Stores>,
  name: Name,
): Harness<Stores[Name]> {
  return {
    ...harness,
    async open() {
      const { clients, close } = await harness.open();
      const [first, ...others] = clients;
      return { clients: [first[name], ...others.map((client) => client[name])], close };
    },
  };
}

/** Everything that stores promise, for those that keep all of it. */
export function storesConformance(harness: Harness<Stores>): void {
  accountsConformance(partOf(harness, "accounts"));
  sessionStoreConformance(partOf(harness, "sessions"));
  codeStoreConformance(partOf(harness, "codes"));
  rateLimiterConformance(partOf(harness, "limits"));
}
