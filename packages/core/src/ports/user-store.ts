import type { Identifier, Registration, User } from "../domain/user.ts";
import type { Job, Outbox } from "./outbox.ts";

/** A claim whose code was right. */
export interface ConfirmRequest {
  /** The registration's id; the user keeps it. */
  readonly id: string;
  /** UUID of this call: the same call sent twice is one confirmation. */
  readonly attemptId: string;
  /** Another tag than the claim's. */
  readonly tag?: string | undefined;
  /** The mailbox is proven but the password is not: the user is made without one. */
  readonly withoutPassword: boolean;
  /** Added in the same step, or not at all. */
  readonly jobs: readonly Job[];
}

/** What became of a confirmation. */
export type ConfirmOutcome =
  | { readonly outcome: "confirmed"; readonly user: User }
  /** Another call confirmed this registration before. */
  | { readonly outcome: "repeated"; readonly user: User }
  | { readonly outcome: "email_taken" }
  /** The claim stays and may be confirmed with another tag. */
  | { readonly outcome: "tag_taken" }
  | { readonly outcome: "gone" };

/** Whom a typed identifier means. */
export type LoginSubject =
  | { readonly kind: "user"; readonly user: User }
  | { readonly kind: "registration"; readonly registration: Registration };

/** A reset link or code that was made, to be kept as its digest. */
export interface OfferResetRequest {
  /** Whose password it resets. */
  readonly userId: string;
  /** Names it without being it. */
  readonly digest: string;
  /** When it was asked for: the later one wins. */
  readonly requestedAt: Date;
  /** When it ends. */
  readonly expiresAt: Date;
  /** Added in the same step, or not at all. */
  readonly jobs: readonly Job[];
}

/** Whether the link is the user's live one now. */
export type OfferResetOutcome =
  | { readonly outcome: "offered"; readonly supersededDigest: string | null }
  /** A later link, a use of this one, or a change of password since `requestedAt`. */
  | { readonly outcome: "superseded" };

/** Whether a link lives. */
export type InspectResetOutcome =
  | { readonly outcome: "live"; readonly expiresAt: Date }
  | { readonly outcome: "gone" };

/** A new password, by a link or code that was proven. */
export interface ResetPasswordRequest {
  /** Whose password it is. */
  readonly userId: string;
  /** Of the link or code to use up. */
  readonly digest: string;
  /** PHC string. */
  readonly passwordHash: string;
  /** Added in the same step, or not at all. */
  readonly jobs: readonly Job[];
}

/** What became of a reset; `epoch` is the new one. */
export type ResetPasswordOutcome =
  | { readonly outcome: "done"; readonly epoch: number }
  | { readonly outcome: "gone" };

/** A new password, by somebody signed in. */
export interface ChangePasswordRequest {
  /** Whose password it is. */
  readonly userId: string;
  /** The epoch of the session that asks. */
  readonly epoch: number;
  /** PHC string. */
  readonly passwordHash: string;
  /** Added in the same step, or not at all. */
  readonly jobs: readonly Job[];
}

/** Ends what stands in the caller's epoch. */
export interface RaiseEpochRequest {
  /** Whose epoch it is. */
  readonly userId: string;
  /** The epoch of the session that asks. */
  readonly epoch: number;
  /** UUID of this call: the same call sent twice raises once. */
  readonly operationId: string;
  /** Added in the same step, or not at all. */
  readonly jobs: readonly Job[];
}

/** Whether the epoch was raised; `epoch` is the new one. */
export type EpochOutcome =
  | { readonly outcome: "done"; readonly epoch: number }
  /** The user's epoch is not the one given, or the user is gone or disabled. */
  | { readonly outcome: "stale" };

/**
 * The truth about accounts. Each method is one atomic step; each may be sent twice and then answers
 * the same. `jobs` are added in the same step, or not at all; where the step raises the epoch, the
 * new epoch is written as `before` into every `close-sessions` job among them.
 *
 * `email` and `tag` arrive in canonical form and are compared byte by byte.
 */
export interface UserStore {
  /**
   * Keeps a claim.
   * - Guarantee: the same statements whether or not a user owns the email; `tag_taken` (a user owns
   *   the tag) keeps nothing. The same id again answers `added` and adds nothing.
   * - Concurrency: claims never exclude one another.
   * - Absence: a claim ends at its `expiresAt` by itself.
   */
  addRegistration(
    registration: Registration,
    jobs: readonly Job[],
    now: Date,
  ): Promise<"added" | "tag_taken">;
  /** The claim, if it has neither been confirmed nor expired; else null. */
  findRegistration(id: string, now: Date): Promise<Registration | null>;
  /**
   * Makes the claim a user, who then owns email and tag.
   * - Guarantee: one user an email and one a tag, decided by the store's own uniqueness; the claim
   *   is gone with success and untouched by every refusal.
   * - Concurrency: of many confirmations one is `confirmed`; that very call (`attemptId`) sent again
   *   is too, all others are `repeated`, or find the email or tag taken.
   * - Absence: an unknown or expired claim is `gone`.
   */
  confirmRegistration(request: ConfirmRequest, now: Date): Promise<ConfirmOutcome>;
  /**
   * Whom a typed identifier means: by email a user only; by tag the user, else the newest live
   * claim of that tag, whether or not its email is owned; null for nobody.
   */
  findForLogin(identifier: Identifier, now: Date): Promise<LoginSubject | null>;
  /** The user who owns the email, or null. */
  findByEmail(email: string): Promise<User | null>;
  /** The user, or null. */
  findById(id: string): Promise<User | null>;
  /**
   * Records a login.
   * - Guarantee: true, and `lastLoginAt` set, only if the user is enabled and still in the epoch
   *   under which the password was checked.
   * - Concurrency: after any step that raised the epoch it answers false.
   * - Absence: false.
   */
  commitLogin(userId: string, epoch: number, now: Date): Promise<boolean>;
  /**
   * Replaces a hash by a stronger one of the same password.
   * - Guarantee: a compare and swap on the old hash; it raises nothing and ends nothing.
   * - Concurrency: never undoes a change of password.
   * - Absence: false; also for a hash that is not the current one. The same call again: true.
   */
  rehash(userId: string, oldHash: string, newHash: string): Promise<boolean>;
  /**
   * Keeps a link's digest in place of an earlier one.
   * - Guarantee: at most one link a user lives; the digest kept already answers as the first time,
   *   superseded digest included, and adds no job. What it supersedes is an open link: one that has
   *   run out is none.
   * - Concurrency: the later `requestedAt` wins, in whatever order the calls arrive (of two in one
   *   instant always the same one); a used digest never lives again, nor does a link asked for
   *   before or at the instant of a change of password or a disabling.
   * - Absence: `superseded` for an unknown or disabled user.
   */
  offerReset(request: OfferResetRequest, now: Date): Promise<OfferResetOutcome>;
  /**
   * Whether the link lives (kept, not used, not expired, of an enabled user), and until when. Changes nothing. Asked
   * at the instant before its end, however late, it tells whether a link ran out unused.
   */
  inspectReset(userId: string, digest: string, now: Date): Promise<InspectResetOutcome>;
  /**
   * Uses a link up: sets the hash, raises the epoch.
   * - Guarantee: all or nothing; the same digest with the same hash answers `done` again.
   * - Concurrency: of many calls with one digest and different hashes, one is `done`.
   * - Absence: `gone` for a link that does not live.
   */
  resetPassword(request: ResetPasswordRequest, now: Date): Promise<ResetPasswordOutcome>;
  /**
   * Sets the hash, raises the epoch, ends any open link.
   * - Guarantee: only in the epoch given; the same hash again answers `done`.
   * - Concurrency: of many calls in one epoch, one is `done`.
   * - Absence: `stale`.
   */
  changePassword(request: ChangePasswordRequest, now: Date): Promise<EpochOutcome>;
  /**
   * Raises the epoch and leaves open links alone.
   * - Guarantee: only in the epoch given; the same `operationId` again answers `done`.
   * - Concurrency: of many calls in one epoch, one is `done`.
   * - Absence: `stale`.
   */
  raiseEpoch(request: RaiseEpochRequest, now: Date): Promise<EpochOutcome>;
  /**
   * Disables or enables a user.
   * - Guarantee: a change raises the epoch and ends any open link; no change adds no job.
   * - Concurrency: the last call wins.
   * - Absence: null for an unknown user; else the user's epoch.
   */
  setDisabled(
    userId: string,
    disabled: boolean,
    jobs: readonly Job[],
    now: Date,
  ): Promise<number | null>;
  /**
   * Removes a user for good; email and tag are free again.
   * - Guarantee: the jobs' `before` is one above the last epoch.
   * - Concurrency: one call is true.
   * - Absence: false, and no job is added.
   */
  remove(userId: string, jobs: readonly Job[], now: Date): Promise<boolean>;
}

/** Users and their outbox: one property, because the two must share a database. */
export interface Accounts {
  /** The truth about accounts. */
  readonly users: UserStore;
  /** What is left to do after answers. */
  readonly outbox: Outbox;
}
