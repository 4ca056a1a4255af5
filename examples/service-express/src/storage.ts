import type { Stores } from "@latchkey/core/ports";
import { checkHttpStores, httpStores, type HttpStores } from "@latchkey/store-http";
import { checkPostgres, postgresStores } from "@latchkey/store-postgres";
import { checkRedis, connectRedis, redisStores, type RedisStores } from "@latchkey/store-redis";
import { embeddedDatabase, serverDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { log } from "./log.ts";
import { migrating } from "./migrating.ts";
import { clockTrouble, type Question } from "./ready.ts";

/** Where everything is kept. */
export interface Storage {
  readonly stores: Stores;
  /** What to ask to know whether it all works. */
  readonly questions: readonly Question[];
  close(): Promise<void>;
}

/** One of the places, and what it keeps. */
interface Place<Kept> {
  readonly stores: Kept;
  readonly question: Question;
  close(): Promise<void>;
}

/**
 * Opens what the environment names: the user-database service, Postgres or the embedded one, Redis.
 * Later places take over what earlier ones keep too.
 */
export async function openStorage(environment: Environment): Promise<Storage> {
  const users = environment.users === null ? null : openUsers(environment.users);
  const redis = environment.redisUrls === null ? null : openRedis(environment.redisUrls);
  if (users !== null && redis !== null) {
    return {
      stores: { ...users.stores, ...redis.stores },
      questions: [users.question, redis.question],
      close: () => redis.close(),
    };
  }
  if (redis === null) {
    const where = users === null ? "with the accounts" : "in this service's own database";
    log({ message: `REDIS_URL is not set: sessions, codes and limits are kept ${where}` });
  }
  const database = await openDatabase(environment);
  const others = [users, redis].filter((place) => place !== null);
  return {
    stores: { ...database.stores, ...redis?.stores, ...users?.stores },
    questions: [database, ...others].map(({ question }) => question),
    async close() {
      await Promise.all([database, ...others].map((place) => place.close()));
    },
  };
}

async function openDatabase({ users, postgresUrl, dataDir }: Environment): Promise<Place<Stores>> {
  const database =
    postgresUrl === null ? await embeddedDatabase(dataDir) : serverDatabase(postgresUrl);
  if (postgresUrl === null) {
    log({
      message: "POSTGRES_URL is not set: an embedded Postgres keeps its files in this folder",
      dataDir,
    });
  }
  const migration = migrating(database);
  // The embedded database has no reason to be away; a server may still be starting.
  if (postgresUrl === null) await migration.done;

  const stores = postgresStores(database.source);
  const question: Question = {
    store: users === null ? "accounts" : "sessions",
    async ask() {
      const waiting = migration.trouble();
      if (waiting !== null) return waiting;
      // It answers in time, or names cause and cure.
      return clockTrouble([(await checkPostgres(database.source)).time], new Date());
    },
  };
  return {
    stores,
    question,
    async close() {
      migration.stop();
      await database.close();
    },
  };
}

function openRedis(urls: readonly string[]): Place<RedisStores> {
  const [first = ""] = urls;
  const connection = connectRedis(urls.length === 1 ? first : urls);
  const { redis } = connection;
  const question: Question = {
    store: "sessions",
    ask: async () => clockTrouble((await checkRedis(redis)).times, new Date()),
  };
  return { stores: redisStores(redis), question, close: () => connection.close() };
}

function openUsers(options: { readonly url: string; readonly secret: string }): Place<HttpStores> {
  const question: Question = {
    store: "accounts",
    ask: async () => clockTrouble((await checkHttpStores(options)).times, new Date()),
  };
  try {
    return { stores: httpStores(options), question, close: async () => undefined };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    // It names the option, such as `url`; the variable is USERS_URL.
    const message = cause.message.replace(/^\w+/, (option) => `USERS_${option.toUpperCase()}`);
    throw new TypeError(message, { cause });
  }
}
