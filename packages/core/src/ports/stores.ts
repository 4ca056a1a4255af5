import type { CodeStore } from "./code-store.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { SessionStore } from "./session-store.ts";
import type { Accounts } from "./user-store.ts";

/** Everything that storage must keep. Compose by spreading: `{...postgresStores, ...redisStores}`. */
export interface Stores {
  readonly accounts: Accounts;
  readonly sessions: SessionStore;
  readonly codes: CodeStore;
  readonly limits: RateLimiter;
}
