import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { createAuth, type Auth, type AuthOptions } from "@latchkey/core";
import { memoryMailer, memoryStores, type MemoryMailer } from "@latchkey/core/memory";
import type { PasswordHasher, Stores } from "@latchkey/core/ports";

export const home = { ip: "192.0.2.1" };

/** Nobody's but the tests': hashing for real would only make them slow. */
export const quickHasher: PasswordHasher = {
  hash: async (password) => `hashed ${password}`,
  verify: async (hash, password) => hash === `hashed ${password}`,
  needsRehash: () => false,
  dummy: () => "nobody's",
};

export interface Accounts {
  readonly auth: Auth;
  readonly stores: Stores;
  readonly mailbox: MemoryMailer;
}

export function makeAccounts(options: Partial<AuthOptions> = {}): Accounts {
  const mailbox = memoryMailer();
  const stores = options.stores ?? memoryStores();
  const auth = createAuth({
    publicUrl: "https://id.example.org",
    secret: randomBytes(32).toString("base64url"),
    stores,
    mailer: mailbox,
    onEvent: () => {},
    ...options,
    passwords: { hasher: quickHasher, ...options.passwords },
  });
  return { auth, stores, mailbox };
}

export const person = {
  firstName: "Ada",
  lastName: "Lovelace",
  email: "ada@example.org",
  tag: "adalove",
  password: "an engine of no numbers",
} as const;

export type Person = { readonly [Field in keyof typeof person]: string };

/** A confirmed user. */
export async function signUp(
  { auth, mailbox }: Accounts,
  somebody: Person = person,
): Promise<string> {
  const { registrationId } = await auth.register(somebody, home);
  await auth.runJobs();
  const { code } = mailbox.last(somebody.email, "confirmation_code").data;
  const { email } = somebody;
  await auth.confirm({ email, registrationId, confirmationCode: code }, home);
  return code;
}

/** Stores whose every call is answered some turns later, as over a network. */
export function slowStores(stores: Stores): Stores {
  const slow = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name): unknown {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || name === "watch") return method;
        return async (...given: readonly unknown[]) => {
          const turns = (randomBytes(1)[0] ?? 0) % 4;
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
          return Reflect.apply(method, target, given) as unknown;
        };
      },
    });
  const { accounts, sessions, codes, limits } = stores;
  return {
    accounts: { users: slow(accounts.users), outbox: slow(accounts.outbox) },
    sessions: slow(sessions),
    codes: slow(codes),
    limits: slow(limits),
  };
}
