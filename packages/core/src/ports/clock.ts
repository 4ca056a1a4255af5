/** The only source of time below the composition root. */
export interface Clock {
  /** The current time. */
  now(): Date;
  /** Milliseconds that never run backwards, from an arbitrary start. */
  monotonic(): number;
}
