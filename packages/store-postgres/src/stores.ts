import type { Stores } from "@latchkey/core/ports";
import { askWithin } from "./asking.ts";
import { databaseOf, isPool, type KyselyLike, type PoolLike } from "./database.ts";
import { epochs } from "./epochs.ts";
import { postgresCodes } from "./codes.ts";
import { postgresLimits } from "./limits.ts";
import { type Listen, listeningOn } from "./listening.ts";
import { postgresOutbox } from "./outbox.ts";
import { registrations } from "./registrations.ts";
import { resetLinks } from "./reset-links.ts";
import { sessionNotices } from "./session-notices.ts";
import { postgresSessions } from "./sessions.ts";
import { namesIn } from "./sql.ts";
import { users } from "./users.ts";

/** How the stores use a database. */
export interface PostgresStoresOptions {
  /** The schema of the tables, as it was migrated (default: `latchkey`). */
  readonly schema?: string | undefined;
  /** After how many seconds a call that was not answered fails with `store_unavailable` (default: 1.5). */
  readonly deadlineSeconds?: number | undefined;
  /**
   * Whether connections of a pool keep the statements prepared (default: true). False for a pooler between
   * that does not carry them over, such as PgBouncer before 1.21 in transaction mode.
   */
  readonly prepare?: boolean | undefined;
  /**
   * How notifications are heard: a pool, which lends one connection to each watcher, or a function
   * (default: the pool the stores were given; with Kysely alone there is none: workers poll, and those who
   * remember sessions are told every second that they may have missed something).
   */
  readonly listen?: Listen | PoolLike | undefined;
}

/**
 * Every store, in one Postgres. Opens nothing, closes nothing and creates nothing: the tables are
 * made by `migrate` or `latchkey-migrate up`.
 *
 * @param source a Kysely instance, whatever its tables and plugins, or a pool of `pg`
 * @throws TypeError for a transaction (each call is a step of its own), or wrong options
 */
export function postgresStores(
  source: KyselyLike | PoolLike,
  options: PostgresStoresOptions = {},
): Stores {
  const { schema = "latchkey", deadlineSeconds = 1.5, prepare = true } = options;
  if (!(deadlineSeconds > 0)) throw new TypeError("deadlineSeconds: more than zero");
  const names = namesIn(schema);
  const ask = askWithin(databaseOf(source, prepare), schema, deadlineSeconds);
  const heardBy = options.listen ?? (isPool(source) ? source : undefined);
  const listen = heardBy === undefined ? undefined : untilAborted(heardBy);

  return {
    accounts: {
      users: {
        ...users(ask, names),
        ...registrations(ask, names),
        ...resetLinks(ask, names),
        ...epochs(ask, names),
      },
      outbox: postgresOutbox(ask, names, listen),
    },
    sessions: postgresSessions(ask, names, sessionNotices(names, listen)),
    codes: postgresCodes(ask, names),
    limits: postgresLimits(ask, names),
  };
}

/** Whatever hears the notifications: once the signal has aborted nobody is told any more. */
function untilAborted(heardBy: Listen | PoolLike): Listen {
  const listen = typeof heardBy === "object" ? listeningOn(heardBy) : heardBy;
  return async (channel, onNotify, signal) => {
    const whileWanted = (payload: string | null): void => {
      if (!signal.aborted) onNotify(payload);
    };
    if (!signal.aborted) await listen(channel, whileWanted, signal);
  };
}
