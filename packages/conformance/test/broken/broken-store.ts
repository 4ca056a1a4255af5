import { setImmediate } from "node:timers/promises";
import { memoryStores } from "@latchkey/core/memory";
import type { Accounts, UserStore } from "@latchkey/core/ports";

/** A store with one deliberate fault, and the tests of the kit that are there to find it. */
export interface BrokenStore<Part> {
  readonly name: string;
  readonly make: () => Part;
  /** The names of tests of which each must fail. */
  readonly caughtBy: readonly [string, ...string[]];
}

/** What lies between two steps of a store that takes two: time for somebody else's. */
export function elsewhere(): Promise<void> {
  return setImmediate();
}

/** Memory accounts with some methods of the user store replaced. */
export function withUsers(change: (accounts: Accounts) => Partial<UserStore>): () => Accounts {
  return () => {
    const accounts = memoryStores().accounts;
    return { ...accounts, users: { ...accounts.users, ...change(accounts) } };
  };
}
