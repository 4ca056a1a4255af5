interface RuleBase {
  /** Names the counter within its subject; also what the event `limit.hit` says. */
  readonly name: string;
  /** Distinguishes counters of one name (an HMAC), such as the network an attempt came from. */
  readonly scope: string;
}

/**
 * At most `limit` in any `windowSeconds`, wherever they begin. A store may count attempts that lie
 * within a tenth of the window as one stretch, which is forgotten `windowSeconds` after its last:
 * an attempt then counts for up to a tenth longer, and never for less. It remembers at least ten
 * one by one.
 */
export interface WindowRule extends RuleBase {
  /** Tells it from a back-off. */
  readonly kind: "window";
  /** Attempts allowed in the window. */
  readonly limit: number;
  /** How long the window is. */
  readonly windowSeconds: number;
}

/**
 * `free` at will (at least one), then a wait after each, the last free one included, that doubles
 * from `baseSeconds` to `maxSeconds`; forgotten after `windowSeconds` without one.
 */
export interface BackoffRule extends RuleBase {
  /** Tells it from a window. */
  readonly kind: "backoff";
  /** Attempts without a wait before them, at least 1. */
  readonly free: number;
  /** The first wait. */
  readonly baseSeconds: number;
  /** The longest wait. */
  readonly maxSeconds: number;
  /** Forgotten after so long without an attempt. */
  readonly windowSeconds: number;
}

/** One way to count, discriminated by `kind`. */
export type LimitRule = WindowRule | BackoffRule;

/** Whether an attempt may go on. */
export type TakeOutcome =
  | { readonly outcome: "allowed" }
  | {
      readonly outcome: "limited";
      /** Whole seconds until the refusing rule allows another; at least 1. */
      readonly retryAfterSeconds: number;
      /** The name of the rule that refused. */
      readonly rule: string;
    };

/** What a success gives back. */
export interface Forgiveness {
  /** Whose counters they are. */
  readonly subject: string;
  /** Counters to forget. */
  readonly clear: readonly LimitRule[];
  /**
   * Counters from which one count, the newest, is taken back, never below zero. A back-off waits,
   * and is forgotten, from the one before it again.
   */
  readonly giveBack: readonly LimitRule[];
}

/** Counters of attempts. All rules of one call concern one subject, and are kept together. */
export interface RateLimiter {
  /**
   * Counts one attempt by each rule.
   * - Guarantee: rules are taken in order; the first that refuses ends the call, and neither it nor
   *   a later one counts. After the wait it answers it allows one, if nobody else took it, and a
   *   second sooner it does not. A counter always has an end.
   * - Concurrency: however many are made at once, no rule allows more than its limit.
   * - Absence: a subject never seen starts at zero.
   */
  take(subject: string, rules: readonly LimitRule[], now: Date): Promise<TakeOutcome>;
  /**
   * Forgets and gives back, in one round trip for all subjects; unknown counters are ignored.
   * Neither this nor `take` can tell a call sent twice: never repeat one whose reply was lost.
   */
  forgive(forgiveness: readonly Forgiveness[], now: Date): Promise<void>;
}
