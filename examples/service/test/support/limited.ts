import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createAuth, isAuthError, type Auth, type AuthOptions } from "@latchkey/core";
import { manualClock, memoryMailer, memoryStores, type ManualClock } from "@latchkey/core/memory";
import type { Stores } from "@latchkey/core/ports";
import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import { Pool } from "pg";
import { newDatabase, serviceUrl } from "../../../../tools/services/client.ts";
import { aPerson, codeIn, type Person } from "./client.ts";
import { cheapPasswords, publicUrl } from "./stage.ts";

/** The library with all its limits, on stores of one kind, by a clock that stands still. */
export interface Limited {
  readonly auth: Auth;
  readonly clock: ManualClock;
  /** A claim, and the code mailed for it. */
  claim(person: Person): Promise<{ readonly registrationId: string; readonly code: string }>;
  user(person: Person): Promise<void>;
  close(): Promise<void>;
}

interface Kept {
  readonly stores: Stores;
  readonly close: () => Promise<void>;
}

async function onPostgres(): Promise<Kept> {
  const connectionString = await newDatabase();
  const pool = guardPool(new Pool({ connectionString, max: 8, ...poolSettings }));
  await migrate(pool);
  return { stores: postgresStores(pool), close: () => pool.end() };
}

/** Every kind of store there is, by name. */
export const kinds = {
  memory: async (): Promise<Kept> => ({ stores: memoryStores(), close: async () => {} }),
  Postgres: onPostgres,
  "Postgres and Redis": async (): Promise<Kept> => {
    const { stores, close } = await onPostgres();
    const connection = connectRedis(await serviceUrl("redis"));
    await connection.ready();
    return {
      stores: { ...stores, ...redisStores(connection.redis) },
      close: async () => void (await Promise.all([connection.close(), close()])),
    };
  },
};

export type Kind = keyof typeof kinds;

export async function openLimited(
  kind: Kind,
  {
    stores: others,
    ...options
  }: Partial<Omit<AuthOptions, "stores">> & {
    readonly stores?: Partial<Stores>;
  } = {},
): Promise<Limited> {
  const { stores, close } = await kinds[kind]();
  const clock = manualClock(new Date().toISOString());
  const mailer = memoryMailer(clock);
  const auth = createAuth({
    ...{ publicUrl, secret: randomBytes(32).toString("base64url"), mailer, clock },
    // A queue that sheds nothing: what is refused here is refused by a limit.
    passwords: { ...cheapPasswords, queue: 1000 },
    ...options,
    stores: { ...stores, ...others },
  });
  await auth.runJobs();
  const claim = async (person: Person) => {
    const names = { firstName: "Ada", lastName: "Lovelace" };
    const { registrationId } = await auth.register({ ...names, ...person }, home);
    await auth.runJobs();
    const mail = mailer.messages.findLast(({ to }) => to === person.email);
    return { registrationId, code: codeIn(mail?.text ?? "") };
  };
  return {
    ...{ auth, clock, close, claim },
    async user(person) {
      const { registrationId, code: confirmationCode } = await claim(person);
      await auth.confirm({ email: person.email, registrationId, confirmationCode }, home);
    },
  };
}

export const ada: Person = aPerson("ada");
export const home = { ip: "192.0.2.1" };

/** A client on the nth network. */
export function network(n: number): { readonly ip: string } {
  return { ip: `10.0.${n >> 8}.${n & 255}` };
}

/** How many of many calls made at once were refused by each word; `answered` are the others. */
export async function tally(
  calls: readonly Promise<unknown>[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const settled of await Promise.allSettled(calls)) {
    let word = "answered";
    if (settled.status === "rejected") {
      assert.ok(isAuthError(settled.reason), String(settled.reason));
      word = settled.reason.code;
    }
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** So many calls at once. */
export function atOnce<Answer>(
  count: number,
  call: (n: number) => Promise<Answer>,
): readonly Promise<Answer>[] {
  return Array.from({ length: count }, (_, n) => call(n));
}
