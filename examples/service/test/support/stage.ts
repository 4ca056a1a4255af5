import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  createAuth,
  isAuthError,
  type Auth,
  type AuthOptions,
  type TokenPair,
} from "@latchkey/core";
import { memoryMailer, type MemoryMailer } from "@latchkey/core/memory";
import type { Stores } from "@latchkey/core/ports";
import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { connectRedis, redisStores, type RedisConnection } from "@latchkey/store-redis";
import { Pool } from "pg";
import { aPerson, codeIn, tokenIn, type Person } from "./client.ts";

export const secret: string = randomBytes(32).toString("base64url");
export const publicUrl = "http://localhost";
/** The cheapest that is allowed: these tests are not about hashing. */
export const cheapPasswords = { memoryKiB: 19_456, passes: 2 } as const;
export const here = { ip: "127.0.0.1" };

/** A process of the library itself, beside the service's own, on the same real stores. */
export interface Stage {
  readonly auth: Auth;
  readonly mailer: MemoryMailer;
  readonly pool: Pool;
  /** Runs what is due until there is such a mail, and answers the newest one's text. */
  mail(to: string, kind: string): Promise<string>;
  /** Another process, on other ways to the same servers where they are given. */
  process(ways: Partial<Ways>, options?: Partial<AuthOptions>): Promise<Side>;
  /** A claim that waits for its code. */
  claim(tag: string): Promise<Claim>;
  /** Somebody who has confirmed and signed in. */
  user(tag: string): Promise<User>;
  /** The token of a new reset link. */
  link(person: Person): Promise<string>;
  close(): Promise<void>;
}

export interface Ways {
  readonly postgres: string;
  readonly redis: string;
}

export interface Side {
  readonly auth: Auth;
  readonly pool: Pool;
  readonly redis: RedisConnection;
}

export interface Claim extends Person {
  readonly registrationId: string;
  readonly code: string;
}

export interface User extends Person {
  readonly pair: TokenPair;
}

export async function openStage(ways: Ways, options: Partial<AuthOptions> = {}): Promise<Stage> {
  const pools: Pool[] = [];
  const poolAt = (connectionString: string): Pool => {
    const pool = guardPool(new Pool({ connectionString, max: 4, ...poolSettings }));
    pools.push(pool);
    return pool;
  };
  const connections: RedisConnection[] = [];
  const redisAt = async (address: string): Promise<RedisConnection> => {
    const connection = connectRedis(address);
    connections.push(connection);
    await connection.ready();
    return connection;
  };
  const mailer = memoryMailer();
  const storesOn = ({ pool, redis }: Omit<Side, "auth">): Stores => ({
    ...postgresStores(pool),
    ...redisStores(redis.redis),
  });
  const authOn = (stores: Stores, more: Partial<AuthOptions> = {}): Auth =>
    createAuth({
      ...{ publicUrl, secret, mailer, limits: "off", passwords: cheapPasswords },
      ...options,
      ...more,
      stores,
    });
  const main = { pool: poolAt(ways.postgres), redis: await redisAt(ways.redis) };
  const { pool } = main;
  await migrate(pool);
  const auth = await ran(authOn(storesOn(main)));

  const mail = async (to: string, kind: string): Promise<string> => {
    for (const end = Date.now() + 10_000; Date.now() < end; await pause(10)) {
      await auth.runJobs();
      const found = mailer.messages.findLast((one) => one.to === to && one.kind === kind);
      if (found !== undefined) return found.text;
    }
    throw new Error(`no ${kind} came to ${to}`);
  };
  const claim = async (tag: string): Promise<Claim> => {
    const person = aPerson(tag);
    const names = { firstName: "Ada", lastName: "Lovelace" };
    const { registrationId } = await auth.register({ ...names, ...person }, here);
    const code = codeIn(await mail(person.email, "confirmation_code"));
    return { ...person, registrationId, code };
  };
  return {
    ...{ auth, mailer, pool, mail, claim },
    async process({ postgres, redis }, more) {
      const own = {
        pool: postgres === undefined ? pool : poolAt(postgres),
        redis: redis === undefined ? main.redis : await redisAt(redis),
      };
      return { ...own, auth: await ran(authOn(storesOn(own), more)) };
    },
    async user(tag) {
      const { email, registrationId, code, password } = await claim(tag);
      await auth.confirm({ email, registrationId, confirmationCode: code }, here);
      return { email, tag, password, pair: await auth.login({ tag, password }, here) };
    },
    async link({ email }) {
      await auth.forgotPassword({ email }, here);
      return tokenIn(await mail(email, "reset_link"));
    },
    async close() {
      await auth.stop();
      await Promise.all(connections.map((one) => one.close()));
      await Promise.all(pools.map((one) => one.end()));
    },
  };
}

/** One that runs jobs at times has no reason to warn. */
async function ran(auth: Auth): Promise<Auth> {
  await auth.runJobs();
  return auth;
}

/** The word of a refusal, or what was answered. */
export async function outcomeOf<Answer>(
  call: Promise<Answer>,
): Promise<{ readonly refused: string } | { readonly refused: null; readonly answer: Answer }> {
  try {
    return { refused: null, answer: await call };
  } catch (error) {
    if (isAuthError(error)) return { refused: error.code };
    throw error;
  }
}
