interface EventBase {
  /** UUID of this very event; the same however often a durable event is told. */
  readonly id: string;
  readonly at: Date;
}

interface OfRequest extends EventBase {
  /** The client's address. */
  readonly ip: string;
}

interface OfUser extends EventBase {
  readonly userId: string;
}

interface OfSession extends OfUser {
  readonly sessionId: string;
}

/**
 * Everything that happens, by name. Ids and addresses only: never a password, code, token, cookie
 * or link.
 */
export interface AuthEvents {
  "user.registered": OfRequest & { readonly registrationId: string };
  "user.confirmed": OfUser;
  "user.disabled": OfUser;
  "user.enabled": OfUser;
  "user.removed": OfUser;
  "confirmation.sent": EventBase & { readonly registrationId: string };
  "confirmation.failed": OfRequest & {
    readonly reason: "wrong" | "exhausted" | "absent" | "email_taken" | "gone" | "repeated";
  };
  "login.succeeded": OfSession & OfRequest;
  "login.failed": OfRequest & {
    readonly reason: "unknown" | "wrong_password" | "disabled" | "unconfirmed" | "stale";
    readonly userId: string | null;
  };
  "session.renewed": OfSession & OfRequest;
  /** A renewal repeated within the grace: usually a lost answer, sometimes a thief. */
  "session.repeated": OfSession & OfRequest;
  /** A refresh token from before the grace: its session was ended. */
  "token.replayed": OfSession & OfRequest;
  "session.closed": OfSession & OfRequest;
  "sessions.closed": OfUser & { readonly count: number };
  "reset.requested": OfRequest;
  "reset.offered": OfUser & { readonly linkId: string; readonly expiresAt: Date };
  "reset.superseded": OfUser & { readonly linkId: string };
  "reset.expired": OfUser & { readonly linkId: string };
  "reset.completed": OfUser & { readonly linkId: string };
  /**
   * The time of a link is over that did not run out unused: it was used or superseded, or a change
   * of password, a disabling or a removal had ended it. With `reset.expired` the last word on every
   * link: one of the two is told of each that was offered.
   */
  "reset.ended": OfUser & { readonly linkId: string };
  "password.changed": OfUser;
  "password.rehashed": OfUser;
  "limit.hit": EventBase & {
    /** The client's address; null where it was a mail that a limit kept back. */
    readonly ip: string | null;
    readonly limit: string;
  };
  "job.failed": EventBase & {
    readonly jobId: string;
    readonly kind: string;
    readonly reason: string;
  };
  "job.buried": EventBase & {
    readonly jobId: string;
    readonly kind: string;
    readonly reason: string;
  };
  /**
   * A fault of ours that left as 500 or 503, or a job that failed: what was behind it, for the
   * operator alone. `cause` is as it was thrown. What is behind an `AuthError` (its own `cause`, by
   * which a store names its trouble) may be logged; of anything else log the name and the stack's
   * frames, not the message: a mail server may quote the mail it refuses.
   */
  fault: EventBase & { readonly where: string; readonly cause: unknown };
}

/** The name of an event. */
export type AuthEventName = keyof AuthEvents;

/** One event, discriminated by `name`. */
export type AuthEvent = {
  [Name in AuthEventName]: { readonly name: Name } & AuthEvents[Name];
}[AuthEventName];

/** One named event. */
export type AuthEventOf<Name extends AuthEventName> = { readonly name: Name } & AuthEvents[Name];

/** The events others build on: told at least once, in order per user, to `handlers`. */
export type DurableEventName =
  | "user.confirmed"
  | "user.disabled"
  | "user.enabled"
  | "user.removed"
  | "reset.offered"
  | "reset.superseded"
  | "reset.expired"
  | "reset.completed"
  | "reset.ended"
  | "password.changed";

/** One event that handlers are told of, discriminated by `name`. */
export type DurableEvent = {
  [Name in DurableEventName]: AuthEventOf<Name>;
}[DurableEventName];

/** Where events go, best effort: a sink that throws changes nothing. */
export interface EventSink {
  /** Tells of one event. */
  emit(event: AuthEvent): void;
}
