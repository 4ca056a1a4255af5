import { tracingChannel } from "node:diagnostics_channel";
import { onTestFinished } from "vitest";
import { tracingChannels, type TracedWork } from "../src/tracing/channels.ts";

type Kind = keyof TracedWork;

/** Something told on a channel, as it stood at that moment. */
export interface Overheard {
  readonly kind: Kind;
  readonly moment: string;
  readonly message: object;
  readonly said: Readonly<Record<string, unknown>>;
}

/** Listens until the test ends, to the kinds named or to all. */
export function overhear(
  kinds: readonly Kind[] = Object.keys(tracingChannels) as Kind[],
): Overheard[] {
  const heard: Overheard[] = [];
  for (const kind of kinds) {
    const channel = tracingChannel<unknown, object>(tracingChannels[kind]);
    const on = (moment: string) => (message: object) => {
      heard.push({ kind, moment, message, said: { ...message } });
    };
    const subscribers = {
      start: on("start"),
      end: on("end"),
      asyncStart: on("asyncStart"),
      asyncEnd: on("asyncEnd"),
      error: on("error"),
    };
    channel.subscribe(subscribers);
    onTestFinished(() => {
      channel.unsubscribe(subscribers);
    });
  }
  return heard;
}
