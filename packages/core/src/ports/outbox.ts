import type { Locale } from "../domain/locale.ts";
import type { DurableEventName } from "./event-sink.ts";

/** What is left to do after an answer, by kind. Ids and addresses to write to; never a secret. */
export interface JobPayloads {
  /** Make a code for a claim and mail it. */
  "send-confirmation": {
    readonly registrationId: string;
    /** As given by whoever asked: nothing is sent unless it is the claim's own. */
    readonly email: string;
    readonly locale: Locale;
    /** Asked for again: then the mail counts by its email before it is sent, not before it is left. */
    readonly again: boolean;
  };
  /** Make a reset link or code and mail it, if a user owns the email. */
  "send-reset-link": {
    readonly email: string;
    readonly locale: Locale;
    /** Over the email's limit: nothing is sent. */
    readonly overLimit: boolean;
  };
  /** Tell a user by mail of what was done to the account. */
  "send-notice": { readonly userId: string; readonly notice: "password_changed" };
  /** End a user's sessions of earlier epochs. */
  "close-sessions": {
    readonly userId: string;
    /**
     * Sessions of a lower epoch end. The store writes the epoch it raised the user to in here, in
     * the same step; a maker leaves it null.
     */
    readonly before: number | null;
    readonly exceptSessionId: string | null;
  };
  /** Tell that a link's time is over. */
  "expire-reset-link": {
    readonly userId: string;
    readonly digest: string;
    /** ISO 8601. */
    readonly expiresAt: string;
  };
  /** Run the application's own handler of an event. */
  "run-handler": {
    readonly event: DurableEventName;
    readonly userId: string;
    /**
     * For the reset events. The maker of a `reset.ended` does not know which link a change of
     * password, a disabling or a removal will end, and leaves it null: the store writes it in here,
     * in the same step, and adds no such job where that step ends no link that was still good.
     */
    readonly linkId: string | null;
    /** For `reset.offered`, ISO 8601. */
    readonly expiresAt: string | null;
  };
}

/** The kinds of jobs. */
export type JobKind = keyof JobPayloads;

interface JobOf<Kind extends JobKind> {
  /** UUID chosen by the maker: the same job enqueued again is one job. */
  readonly id: string;
  readonly kind: Kind;
  readonly payload: JobPayloads[Kind];
  /** Jobs of one lane run one after another, in the order they were enqueued; null runs freely. */
  readonly lane: string | null;
  readonly createdAt: Date;
  /** Not claimed before. */
  readonly dueAt: Date;
}

/** One intent, discriminated by `kind`. Everything in it is plain JSON but for its two times. */
export type Job = { [Kind in JobKind]: JobOf<Kind> }[JobKind];

/** A job as a worker holds it. */
export type ClaimedJob = Job & {
  /** Rising in the order of enqueuing. */
  readonly sequence: number;
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  /** Fences this holder: an answer with an older lease does nothing. */
  readonly lease: string;
};

/** How much there is to do. */
export interface OutboxCount {
  /** Due and free to be claimed, or waiting behind an earlier job of its lane. */
  readonly due: number;
  /** Not due yet. */
  readonly later: number;
  /** Held by a worker. */
  readonly claimed: number;
  /** Given up, kept for a person to look at. */
  readonly buried: number;
}

/** Jobs that are run at least once, by any number of workers. */
export interface Outbox {
  /**
   * Adds jobs.
   * - Guarantee: all or none; a job whose id was added before (done since or not) is not added again.
   * - Concurrency: `sequence` rises in each lane in the order in which the additions took effect.
   * - Absence: an empty list does nothing.
   */
  enqueue(jobs: readonly Job[], now: Date): Promise<void>;
  /**
   * Takes up to `batch` due jobs of these kinds for `leaseSeconds`.
   * - Guarantee: of one lane only the earliest job that is neither done nor buried is taken, and
   *   only if it is due and free; a job whose lease has run out is free.
   * - Concurrency: a job is held by one caller at a time; each taking makes a new lease.
   * - Absence: nothing due answers an empty list.
   */
  claim(
    kinds: readonly JobKind[],
    batch: number,
    leaseSeconds: number,
    now: Date,
  ): Promise<readonly ClaimedJob[]>;
  /**
   * Ends a job.
   * - Guarantee: the id stays known for a day, so that a repeated enqueue adds nothing.
   * - Concurrency: only the holder of the current lease ends it: that of the latest taking, even
   *   when its time has run out, as long as nobody has taken the job since. The same answer sent
   *   again is true again.
   * - Absence: a stale lease or unknown id answers false.
   */
  done(id: string, lease: string): Promise<boolean>;
  /**
   * Gives a job back, to be claimed from `dueAt` on.
   * - Guarantee: its place in the lane stays; `reason` is kept with it.
   * - Concurrency, absence: as `done`.
   */
  retry(id: string, lease: string, dueAt: Date, reason: string): Promise<boolean>;
  /**
   * Gives a job up. It stays countable and no longer blocks its lane.
   * - Concurrency, absence: as `done`.
   */
  bury(id: string, lease: string, reason: string): Promise<boolean>;
  /** How many jobs there are in each standing, at `now`. */
  count(now: Date): Promise<OutboxCount>;
  /**
   * Calls `wake` when jobs may have become due, until `signal` aborts. A hint only: workers poll
   * besides, so a store that can push nothing may resolve at once and never call it.
   */
  watch(wake: () => void, signal: AbortSignal): Promise<void>;
}
