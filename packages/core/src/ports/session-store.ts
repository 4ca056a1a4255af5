import type { Session } from "../domain/session.ts";

/** A verified refresh token's wish. */
export interface RotateRequest {
  /** Whose session it is. */
  readonly userId: string;
  /** The session to renew. */
  readonly sessionId: string;
  /** The generation the refresh token names. */
  readonly generation: number;
  /** The user's current epoch. */
  readonly epoch: number;
  /** How long the generation before the current one is answered with its successor again. */
  readonly graceSeconds: number;
  /** How long it then stands unrenewed. */
  readonly idleSeconds: number;
}

/** What became of a renewal; `rotated` and `repeated` answer the pair of `session`. */
export type RotateOutcome =
  | { readonly outcome: "rotated"; readonly session: Session }
  | { readonly outcome: "repeated"; readonly session: Session }
  /** An older generation, past its grace: the session was ended. */
  | { readonly outcome: "replayed" }
  /** The session's epoch is below the user's. */
  | { readonly outcome: "stale" }
  | { readonly outcome: "gone" };

/** Which of a user's sessions end. */
export interface CloseAllOptions {
  /** Only sessions of an epoch below this; all when absent. */
  readonly before?: number | undefined;
  /** Spared, and stamped with `before` in the same step (never lowered). */
  readonly exceptSessionId?: string | undefined;
}

/** What a watcher is told. */
export type SessionNotice =
  | { readonly kind: "closed"; readonly userId: string; readonly sessionIds: readonly string[] }
  /** Some notices may have been missed: trust nothing remembered from before. */
  | { readonly kind: "gap" };

/**
 * Sessions by user. Each method is one atomic step. Time is what the caller says; a store's own
 * expiry only reclaims space.
 */
export interface SessionStore {
  /**
   * Adds a session.
   * - Guarantee: past `maxSessions` live ones the oldest of the others end in the same step, and
   *   watchers are told. The same session again, while it stands, changes nothing.
   * - Concurrency: however many are opened at once, at most `maxSessions` stand.
   */
  open(session: Session, maxSessions: number, now: Date): Promise<void>;
  /**
   * Renews a session.
   * - Guarantee: decided in this order. A session of an epoch below the user's: `stale`, unchanged.
   *   The current generation: one further, `rotated`. The one before it, less than the grace after
   *   the last rotation: `repeated`, unchanged. A later one than the current (the store lost writes;
   *   the token's signature proves it was issued): the generation after it, `rotated`. Any other:
   *   `replayed`, the session ends, and watchers are told.
   * - Concurrency: all parallel calls of one generation get one and the same successor. What was
   *   closed is never made again.
   * - Absence: no such session, or it has expired: `gone`.
   *
   * `rotatedAt` is the later of `now` and what it was; `idleExpiresAt` is `idleSeconds` after it,
   * never past `expiresAt`.
   */
  rotate(request: RotateRequest, now: Date): Promise<RotateOutcome>;
  /** The live session, or null. One round trip: it is made for each authenticated request. */
  find(userId: string, sessionId: string, now: Date): Promise<Session | null>;
  /** The user's live sessions, oldest first. */
  list(userId: string, now: Date): Promise<readonly Session[]>;
  /**
   * Ends one session.
   * - Guarantee: idempotent; watchers are told.
   * - Absence: false.
   */
  close(userId: string, sessionId: string): Promise<boolean>;
  /**
   * Ends a user's sessions and answers how many.
   * - Guarantee: no session opened before the call is missed; watchers are told, of stamped
   *   sessions too.
   * - Concurrency: a session being renewed is either ended or renewed and then ended.
   * - Absence: 0.
   */
  closeAll(userId: string, options: CloseAllOptions): Promise<number>;
  /**
   * Tells `listener` of every close from when the promise resolves until `signal` aborts; `gap`
   * whenever some may have been missed.
   */
  watch(listener: (notice: SessionNotice) => void, signal: AbortSignal): Promise<void>;
}
