/** A code that was made, to be kept as its digest. */
export interface PutCodeRequest {
  /** HMAC of the canonical email. */
  readonly emailKey: string;
  /** The claim it was made for. */
  readonly registrationId: string;
  /** HMAC of email and code. */
  readonly digest: string;
  /** Of the job that made the code: a later one voids an earlier one. */
  readonly sequence: number;
  /** When the code ends. */
  readonly expiresAt: Date;
  /** When the claim itself ends; counters last that long. */
  readonly claimExpiresAt: Date;
}

/** A code as somebody typed it, digested. */
export interface AttemptRequest {
  /** HMAC of the canonical email. */
  readonly emailKey: string;
  /** HMAC of email and code. */
  readonly digest: string;
  /** The claim it is tried for; any of the email's when absent. */
  readonly registrationId?: string | undefined;
}

/** How many wrong codes are compared before none is. */
export interface AttemptLimits {
  /** Tries with a registration's id, resends included. */
  readonly perRegistration: number;
  /** Tries without one, per email in 24 hours from the first. */
  readonly perEmail: number;
}

/** Whether a typed code is the one that was mailed. */
export type AttemptOutcome =
  | {
      readonly outcome: "matched";
      readonly registrationId: string;
      /** The email has had several live claims. */
      readonly several: boolean;
    }
  | { readonly outcome: "wrong" | "exhausted" | "absent" };

/** Digests of mailed codes, and the tries made on them. */
export interface CodeStore {
  /**
   * Keeps a claim's newest code.
   * - Guarantee: `kept` also for the same sequence and digest again; tries are never reset, and
   *   they and the memory of several claims last until the latest `claimExpiresAt`.
   * - Concurrency: the highest sequence of a claim stays, in whatever order they arrive.
   */
  put(request: PutCodeRequest, now: Date): Promise<"kept" | "superseded">;
  /**
   * Compares a code.
   * - Guarantee: what does not match is a try, expired codes included; where none is left nothing is
   *   compared. A match takes no try and leaves the code usable: whoever has it guesses no more, and
   *   may have to come back because what follows it failed. With a `registrationId` a try counts on
   *   that claim alone (an unknown one counts nowhere); without one on the email's pool, whether or
   *   not anything is there, and any of the email's claims with tries left may match, the highest
   *   sequence first.
   * - Concurrency: comparing and counting are one step: however many are made at once, no more wrong
   *   codes than the limit are compared.
   * - Absence: `absent` where there is nothing (or nothing unexpired) to compare with.
   */
  attempt(request: AttemptRequest, limits: AttemptLimits, now: Date): Promise<AttemptOutcome>;
}
