import { tracingChannel } from "node:diagnostics_channel";
import { errorTable, tracingChannels, type TracedWork } from "@latchkey/core";
import type { Attributes } from "@opentelemetry/api";
import { attribute } from "./names.ts";
import { wordOf } from "./words.ts";

export type WorkKind = keyof TracedWork;
type Message = TracedWork[WorkKind];

export const workKinds = Object.keys(tracingChannels) as readonly WorkKind[];

type Describe = { readonly [Kind in WorkKind]: (message: TracedWork[Kind]) => Attributes };

/** What work is marked with, from its start. */
const describe: Describe = {
  flow: ({ flow }) => ({ [attribute.flow]: wordOf("flow", flow) }),
  store: ({ port, method }) => ({
    [attribute.port]: wordOf("port", port),
    [attribute.method]: wordOf("method", method),
  }),
  job: ({ kind }) => ({ [attribute.job]: wordOf("job", kind) }),
  mail: ({ kind }) => ({ [attribute.mail]: wordOf("mail", kind) }),
  hash: ({ method }) => ({ [attribute.hash]: wordOf("hash", method) }),
};

/** One piece of work, as it is told of at its start and again at its end. */
export interface Work {
  readonly kind: WorkKind;
  /** The same object at both. */
  readonly message: Message;
  readonly attributes: Attributes;
}

/** How work ended. */
export interface Ending {
  readonly outcome: string;
  /** Neither done nor put off. */
  readonly isError: boolean;
  /** An error that is ours, and no refusal of what somebody asked for. */
  readonly isFault: boolean;
}

export interface WorkListener {
  readonly begun: (work: Work) => void;
  readonly ended: (work: Work, ending: Ending) => void;
}

/** Listens to one kind of work, until what it answers is called. */
export function listenTo(kind: WorkKind, { begun, ended }: WorkListener): () => void {
  // What a channel carries is told by its name; the type of the one asked for does not say so.
  const attributesOf = describe[kind] as (message: Message) => Attributes;
  const workOf = (told: object): Work => {
    const message = told as Message;
    return { kind, message, attributes: attributesOf(message) };
  };
  const start = (told: object): void => begun(workOf(told));
  const asyncEnd = (told: object): void => {
    const work = workOf(told);
    ended(work, endingOf(work.message.outcome));
  };
  const channel = tracingChannel<unknown, object>(tracingChannels[kind]);
  const subscribers = { start, asyncEnd } as Parameters<typeof channel.subscribe>[0];
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}

const good: ReadonlySet<string> = new Set(["ok", "done", "postponed"]);

function endingOf(word: unknown): Ending {
  const outcome = wordOf("outcome", word);
  const isError = !good.has(outcome);
  const refusals: Readonly<Record<string, { readonly status: number } | undefined>> = errorTable;
  const status = refusals[outcome]?.status ?? 500;
  return { outcome, isError, isFault: isError && status >= 500 };
}
