import type { Stores } from "../ports/stores.ts";
import { memoryCodes } from "./code-store.ts";
import { memoryLimits } from "./rate-limiter.ts";
import { memorySessions } from "./session-store.ts";
import { memoryAccounts } from "./user-store.ts";

/**
 * Every store, in this process's memory: for tests and demos. It keeps each promise of the ports but
 * one that no memory can: nothing outlives the process, and nothing is shared with another.
 */
export function memoryStores(): Stores {
  return {
    accounts: memoryAccounts(),
    sessions: memorySessions(),
    codes: memoryCodes(),
    limits: memoryLimits(),
  };
}
