/** Where a second process finds its sessions, and where it hears of those that end. */
export interface Place {
  readonly kind: "redis" | "postgres";
  /** Several addresses, separated by commas, are a cluster's. */
  readonly url: string;
  /** Only the notices come from here; what stands between may lose them. */
  readonly noticesUrl: string;
}

/** Asks a second process to authenticate a token, once or again and again until it is refused. */
export interface Question {
  readonly number: number;
  readonly until: "once" | "refused";
  readonly token: string;
}

/** The token was let through for the first time; more is to come. */
export interface Progress {
  readonly number: number;
  readonly isIn: true;
}

export interface Answer {
  readonly number: number;
  /** When the last request that was let through began, by `machineMs`; null for none. */
  readonly lastAt: number | null;
  /** What the last request of all was refused with; null if it was let through. */
  readonly refusal: string | null;
}

/** Milliseconds of the machine's own monotonic clock, the same in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
