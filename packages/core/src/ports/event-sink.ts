interface EventBase {
  /** UUID of this very event; the same however often a durable event is told. */
  readonly id: string;
  /** When it happened. */
  readonly at: Date;
}

interface OfRequest extends EventBase {
  /** The client's address. */
  readonly ip: string;
}

interface OfUser extends EventBase {
  /** Whom it happened to. */
  readonly userId: string;
}

interface OfSession extends OfUser {
  /** The session, by the id that `listSessions` shows. */
  readonly sessionId: string;
}

interface OfClaim extends EventBase {
  /** The claim; its user, once confirmed, has the same id. */
  readonly registrationId: string;
}

interface OfLink extends OfUser {
  /** The link or code, by a digest that opens nothing. */
  readonly linkId: string;
}

interface OfJob extends EventBase {
  /** The same on each try. */
  readonly jobId: string;
  /** What kind of job it is. */
  readonly kind: string;
  /** In a few words of ours: an error's name, a limit's, why it was too late. */
  readonly reason: string;
}

/**
 * Everything that happens, by name. Ids and addresses only: never a password, code, token, cookie
 * or link.
 */
export interface AuthEvents {
  /** A claim was kept; nobody has proven anything yet. */
  "user.registered": OfRequest & OfClaim;
  /** A claim was proven by its code, and its user may sign in. */
  "user.confirmed": OfUser;
  /** A user was shut out, and every session ended. */
  "user.disabled": OfUser;
  /** A user who was shut out may sign in again. */
  "user.enabled": OfUser;
  /** A user was removed for good. */
  "user.removed": OfUser;
  /** The mailer has accepted a confirmation code. */
  "confirmation.sent": OfClaim;
  /** A code did not confirm anything. */
  "confirmation.failed": OfRequest & {
    /** `gone` is an expired claim; `repeated` one that was confirmed before. */
    readonly reason: "wrong" | "exhausted" | "absent" | "email_taken" | "gone" | "repeated";
  };
  /** Somebody signed in: a session begins. */
  "login.succeeded": OfSession & OfRequest;
  /** Somebody did not get in; the answer tells nobody why. */
  "login.failed": OfRequest & {
    /** `stale`: the password was changed or reset while it was checked. */
    readonly reason: "unknown" | "wrong_password" | "disabled" | "unconfirmed" | "stale";
    /** Null where the identifier is nobody's. */
    readonly userId: string | null;
  };
  /** A session got its next pair of tokens. */
  "session.renewed": OfSession & OfRequest;
  /** A renewal repeated within the grace: usually a lost answer, sometimes a thief. */
  "session.repeated": OfSession & OfRequest;
  /** A refresh token from before the grace: its session was ended. */
  "token.replayed": OfSession & OfRequest;
  /** A session was ended by logout or from the list of sessions. */
  "session.closed": OfSession & OfRequest;
  /** A user ended all sessions, or all but the one at hand. */
  "sessions.closed": OfUser & {
    /** How many there were. */
    readonly count: number;
  };
  /** A reset was asked for, for an address that may be nobody's. */
  "reset.requested": OfRequest;
  /** A link or code lives: told once the mailer has accepted it, left as a job from the first. */
  "reset.offered": OfLink & {
    /** Until when it lives. */
    readonly expiresAt: Date;
  };
  /** A newer link took this one's place. */
  "reset.superseded": OfLink;
  /** A link's time is over, and nobody had used it. */
  "reset.expired": OfLink;
  /** A password was set by this link. */
  "reset.completed": OfLink;
  /**
   * A change of password, a disabling or a removal has ended a link; handlers are told at once. Told
   * again, or for the first time, when the time of a link is over that did not run out unused. With
   * `reset.expired` the last word on every link: one of the two is told of each that was offered.
   */
  "reset.ended": OfLink;
  /** A password was changed or reset, and every earlier session ended. */
  "password.changed": OfUser;
  /** A hash was made anew, with today's parameters, from the same password. */
  "password.rehashed": OfUser;
  /** A limit refused an attempt, or kept a mail back. */
  "limit.hit": EventBase & {
    /** The client's address; null where it was a mail that a limit kept back. */
    readonly ip: string | null;
    /** The limit's name. */
    readonly limit: string;
  };
  /** A job failed and will be tried again. */
  "job.failed": OfJob;
  /** A job was given up, and is kept for a person to look at. */
  "job.buried": OfJob;
  /**
   * A fault of ours that left as 500 or 503, or a job that failed: what was behind it, for the
   * operator alone. `cause` is as it was thrown. What is behind an `AuthError` (its own `cause`, by
   * which a store names its trouble) may be logged; of anything else log the name and the stack's
   * frames, not the message: a mail server may quote the mail it refuses.
   */
  fault: EventBase & {
    /** The flow, job or part it left. */
    readonly where: string;
    /** What was thrown. */
    readonly cause: unknown;
  };
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
