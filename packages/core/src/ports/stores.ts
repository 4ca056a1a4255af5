import type { CodeStore } from "./code-store.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { SessionStore } from "./session-store.ts";
import type { Accounts } from "./user-store.ts";

/** Everything that storage must keep. Compose by spreading: `{...postgresStores, ...redisStores}`. */
export interface Stores {
  /** Users and their outbox, in one database. */
  readonly accounts: Accounts;
  /** Who is signed in. */
  readonly sessions: SessionStore;
  /** Mailed codes and tries of them. */
  readonly codes: CodeStore;
  /** Counters of attempts. */
  readonly limits: RateLimiter;
}
