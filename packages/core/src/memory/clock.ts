import type { Clock } from "../ports/clock.ts";

/** Lengths of time, added up. */
export interface Duration {
  /** Of 24 hours. */
  readonly days?: number | undefined;
  /** Of 60 minutes. */
  readonly hours?: number | undefined;
  /** Of 60 seconds. */
  readonly minutes?: number | undefined;
  /** Of 1000 milliseconds. */
  readonly seconds?: number | undefined;
  /** Fractions too. */
  readonly milliseconds?: number | undefined;
}

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves on by all lengths together.
   *
   * @throws TypeError for a length below zero: `set` is how time goes back
   */
  advance(duration: Duration): void;
  /** Moves to an instant, an earlier one if need be; `monotonic()` never goes back with it. */
  set(date: string | Date): void;
}

/**
 * A clock for tests.
 *
 * @param start where it stands at first: a date, or one as ISO 8601 text
 * @throws TypeError for a date that is none
 */
export function manualClock(start: string | Date): ManualClock {
  let now = instantOf(start);
  let monotonic = 0;
  return {
    now: () => new Date(now),
    monotonic: () => monotonic,
    advance({ days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 }) {
      const step = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
      if (!(step >= 0)) throw new TypeError("a clock advances by a length of zero or more");
      now += step;
      monotonic += step;
    },
    set(date) {
      const instant = instantOf(date);
      monotonic += Math.max(0, instant - now);
      now = instant;
    },
  };
}

function instantOf(date: string | Date): number {
  const instant = new Date(date).getTime();
  if (Number.isNaN(instant)) throw new TypeError(`not a date: ${String(date)}`);
  return instant;
}
