import { createHash } from "node:crypto";
import type { AuthOptions } from "@latchkey/core";

type Stores = AuthOptions["stores"];
type Hasher = NonNullable<NonNullable<AuthOptions["passwords"]>["hasher"]>;

/** Costs nothing, so that tests are about everything else. Nobody's password is kept like this. */
export const cheapHasher: Hasher = {
  hash: async (password) => digest(password),
  verify: async (hash, password) => hash === digest(password),
  needsRehash: () => false,
  dummy: () => "nobody",
};

function digest(password: string): string {
  return `sha256$${createHash("sha256").update(password).digest("base64url")}`;
}

/** Called before each call of a store, such as `sessions.find`; may throw in its place. */
export type Witness = (name: string) => void;

/** Stores whose every call a witness sees first. */
export function witnessed(stores: Stores, witness: Witness): Stores {
  const { accounts, sessions, codes, limits } = stores;
  return {
    accounts: {
      users: watched("users", accounts.users, witness),
      outbox: watched("outbox", accounts.outbox, witness),
    },
    sessions: watched("sessions", sessions, witness),
    codes: watched("codes", codes, witness),
    limits: watched("limits", limits, witness),
  };
}

function watched<Store extends object>(name: string, store: Store, witness: Witness): Store {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return async (...given: unknown[]): Promise<unknown> => {
        witness(`${name}.${String(property)}`);
        return Reflect.apply(value, target, given) as unknown;
      };
    },
  });
}
