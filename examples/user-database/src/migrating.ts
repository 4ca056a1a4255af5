import { setTimeout as pause } from "node:timers/promises";
import { migrate } from "@latchkey/store-postgres";
import type { Database } from "./database.ts";
import { log } from "./log.ts";
import { reasonOf } from "./reason.ts";

const retryMilliseconds = 1000;

/** Tables that are being brought up to date. */
export interface Migration {
  readonly done: Promise<void>;
  /** Why the tables are not ready yet; null when they are. */
  trouble(): string | null;
  stop(): void;
}

/** Migrates as soon as the database lets it; until then the service says what is in the way. */
export function migrating(database: Database): Migration {
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
