import type { Config } from "./config.ts";
import type { PasswordPolicy } from "./domain/password-policy.ts";
import type { Clock } from "./ports/clock.ts";
import type { CodeStore } from "./ports/code-store.ts";
import type {
  AuthEvent,
  AuthEventName,
  AuthEvents,
  DurableEventName,
  EventSink,
} from "./ports/event-sink.ts";
import type { Mailer } from "./ports/mailer.ts";
import type { Outbox } from "./ports/outbox.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";
import type { Random } from "./ports/random.ts";
import type { LimitRule, RateLimiter } from "./ports/rate-limiter.ts";
import type { SessionStore } from "./ports/session-store.ts";
import type { UserStore } from "./ports/user-store.ts";
import type { AccessTokens } from "./tokens/access-token.ts";
import { formatUuid } from "./tokens/digests.ts";
import type { Keys } from "./tokens/keys.ts";
import type { RefreshTokens } from "./tokens/refresh-token.ts";
import type { ResetTokens } from "./tokens/reset-token.ts";

/** What was counted for one attempt, so that it can be given back. */
export interface Counted {
  readonly subject: string;
  readonly rules: readonly LimitRule[];
}

/** Everything a flow or a job gets: configuration, ports, keys. */
export interface Context {
  readonly config: Config;
  readonly keys: Keys;
  readonly tokens: {
    readonly access: AccessTokens;
    readonly refresh: RefreshTokens;
    /** Null where resets go by code. */
    readonly reset: ResetTokens | null;
  };
  readonly policy: PasswordPolicy;
  readonly users: UserStore;
  readonly outbox: Outbox;
  readonly sessions: SessionStore;
  /** The same sessions, looked up for each request: what it finds may be 2 s old, if configured. */
  readonly near: SessionStore;
  /** Whether `near` remembers that a session stands. */
  readonly recall: (userId: string, sessionId: string, now: Date) => boolean;
  readonly codes: CodeStore;
  readonly limits: RateLimiter;
  readonly mailer: Mailer;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventSink;
  /** The durable events somebody handles; for others no job is made. */
  readonly handled: ReadonlySet<DurableEventName>;
  /** What this call has been counted for so far. */
  readonly counted: Counted[];
}

/** A fresh random UUID. */
export function newId(context: Context): string {
  return formatUuid(context.random.bytes(16));
}

/** Tells the sink what happened, with an id and the time. */
export function emit<Name extends AuthEventName>(
  context: Context,
  name: Name,
  fields: Omit<AuthEvents[Name], "id" | "at"> & { readonly id?: string },
): void {
  const event = { id: newId(context), at: context.clock.now(), ...fields, name };
  // A generic name cannot be narrowed to its member of the union; `fields` was checked against it.
  context.events.emit(event as unknown as AuthEvent);
}
