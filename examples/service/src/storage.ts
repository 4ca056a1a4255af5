import { setTimeout as pause } from "node:timers/promises";
import type { Stores } from "@latchkey/core/ports";
import { checkPostgres, migrate, postgresStores } from "@latchkey/store-postgres";
import { checkRedis, connectRedis, redisStores } from "@latchkey/store-redis";
import { type Database, embeddedDatabase, serverDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { log } from "./log.ts";
import { clockTrouble, type Question } from "./ready.ts";

/** Where everything is kept. */
export interface Storage {
  readonly stores: Stores;
  /** What to ask to know whether it all works. */
  readonly questions: readonly Question[];
  close(): Promise<void>;
}

const retryMilliseconds = 1000;

/** Opens what the environment names: Postgres or the embedded one, and Redis if it is given. */
export async function openStorage(environment: Environment): Promise<Storage> {
  const { postgresUrl, redisUrls, dataDir } = environment;
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

  const kept = postgresStores(database.source);
  const redis = redisUrls === null ? null : openRedis(redisUrls);
  if (redis === null) {
    log({ message: "REDIS_URL is not set: sessions, codes and limits are kept with the accounts" });
  }
  return {
    stores: { ...kept, ...redis?.stores },
    questions: [accountsQuestion(database, migration), ...(redis === null ? [] : [redis.question])],
    async close() {
      migration.stop();
      await Promise.all([redis?.close(), database.close()]);
    },
  };
}

interface Migration {
  readonly done: Promise<void>;
  /** Why the tables are not ready yet; null when they are. */
  trouble(): string | null;
  stop(): void;
}

/** Migrates as soon as the database lets it; until then the service says what is in the way. */
function migrating(database: Database): Migration {
  const stopped = new AbortController();
  let trouble: string | null = "the tables are being migrated";
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        const applied = await migrate(database.source);
        trouble = null;
        if (applied.length > 0)
          log({ message: "migrated", migrations: applied.map(({ name }) => name) });
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason !== trouble) log({ message: "cannot migrate", reason });
        trouble = reason;
        await pause(retryMilliseconds, undefined, { signal: stopped.signal }).catch(
          () => undefined,
        );
      }
    }
  };
  return { done: run(), trouble: () => trouble, stop: () => stopped.abort() };
}

function accountsQuestion({ source }: Database, migration: Migration): Question {
  return {
    store: "accounts",
    async ask() {
      const waiting = migration.trouble();
      if (waiting !== null) return waiting;
      // It answers in time, or names cause and cure.
      return clockTrouble([(await checkPostgres(source)).time], new Date());
    },
  };
}

interface OpenRedis {
  readonly stores: Omit<Stores, "accounts">;
  readonly question: Question;
  close(): Promise<void>;
}

function openRedis(urls: readonly string[]): OpenRedis {
  const [first = ""] = urls;
  const connection = connectRedis(urls.length === 1 ? first : urls);
  const { redis } = connection;
  const question: Question = {
    store: "sessions",
    ask: async () => clockTrouble((await checkRedis(redis)).times, new Date()),
  };
  return { stores: redisStores(redis), question, close: () => connection.close() };
}

/** The cause that a store names, which holds no secret; of anything else only its name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return error.cause instanceof Error ? error.cause.message : error.message;
}
