import { tracingChannel, type TracingChannel } from "node:diagnostics_channel";
import type { AuthErrorCode } from "../errors.ts";
import type { MailContent } from "../ports/mailer.ts";
import type { JobKind } from "../ports/outbox.ts";
import type { FlowName } from "./flow-names.ts";
import type { StorePort } from "./store-methods.ts";

/**
 * The names under which `tracingChannel` of `node:diagnostics_channel` tells of work while it is
 * done: flows, calls of stores, jobs, mails, and hashes with their wait for a place.
 */
export const tracingChannels = {
  flow: "latchkey:flow",
  store: "latchkey:store",
  job: "latchkey:job",
  mail: "latchkey:mail",
  hash: "latchkey:hash",
} as const;

/** Does work inside of something, as `run` of an AsyncLocalStorage does, and answers its answer. */
export type Surround = <Answer>(work: () => Answer) => Answer;

/**
 * What is told of one piece of work: the same object from `start` to `asyncEnd`. Words of Latchkey's
 * own and nothing else: neither input nor result nor error, which hold passwords, tokens, addresses.
 */
export interface Traced<Outcome extends string> {
  /** How it ended; absent until then. */
  outcome?: Outcome;
  /** A subscriber of `start` adds what the work is to be done inside of. */
  readonly around: Surround[];
}

/** `failed`: by something that is no refusal of Latchkey's. */
export type CallOutcome = "ok" | "failed" | AuthErrorCode;

/** One call of a flow. What `recall` answers from memory is no call. */
export interface TracedFlow extends Traced<CallOutcome> {
  /** The method of `Auth` that was called. */
  readonly flow: FlowName;
}

/** One call of a store's method, made for a flow or a job. */
export interface TracedStoreCall extends Traced<CallOutcome> {
  /** Which store. */
  readonly port: StorePort;
  /** One of its port's methods, never anything else. */
  readonly method: string;
}

/** `untold`: it ended, but the outbox could not be told how. */
export type JobEnding = "done" | "failed" | "postponed" | "buried" | "untold";

/** One run of a job. */
export interface TracedJob extends Traced<JobEnding> {
  /** What is to be done. */
  readonly kind: JobKind;
}

/** `refused`: for good, by a `MailRefused`. */
export type MailOutcome = "ok" | "failed" | "refused";

/** One mail given to the mailer. */
export interface TracedMail extends Traced<MailOutcome> {
  /** What it tells. */
  readonly kind: MailContent["kind"];
}

/** One password hashed or verified; `busy` is one that was turned away. */
export interface TracedHash extends Traced<CallOutcome> {
  /** Whether one was made or compared. */
  readonly method: "hash" | "verify";
}

/** What each channel tells. */
export interface TracedWork {
  /** Told of by `latchkey:flow`. */
  readonly flow: TracedFlow;
  /** Told of by `latchkey:store`. */
  readonly store: TracedStoreCall;
  /** Told of by `latchkey:job`. */
  readonly job: TracedJob;
  /** Told of by `latchkey:mail`. */
  readonly mail: TracedMail;
  /** Told of by `latchkey:hash`. */
  readonly hash: TracedHash;
}

type Channels = {
  readonly [Kind in keyof TracedWork]: TracingChannel<unknown, TracedWork[Kind]>;
};

export const channels: Channels = {
  flow: tracingChannel(tracingChannels.flow),
  store: tracingChannel(tracingChannels.store),
  job: tracingChannel(tracingChannels.job),
  mail: tracingChannel(tracingChannels.mail),
  hash: tracingChannel(tracingChannels.hash),
};
