import type { TracingChannel } from "node:diagnostics_channel";
import { errorTable, isAuthError } from "../errors.ts";
import type { CallOutcome, Traced } from "./channels.ts";

/** How work ended, by what it answered or threw. */
export interface Outcomes<Answer, Outcome> {
  ok(answer: Answer): Outcome;
  failed(error: unknown): Outcome;
}

/**
 * Does work and tells whoever listens: `start` before it, `end` when its first step has returned,
 * `asyncStart` and `asyncEnd` when it has ended, `error` first if it failed. Not `tracePromise`,
 * which would hand on results and errors.
 */
export function trace<Message extends Traced<Outcome>, Outcome extends string, Answer>(
  channel: TracingChannel<unknown, Message>,
  message: NoInfer<Message>,
  outcomes: Outcomes<NoInfer<Answer>, Outcome>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (!channel.hasSubscribers) return work();
  const traced: Traced<Outcome> = message;
  const close = (outcome: Outcome): void => {
    traced.outcome = outcome;
    channel.asyncStart.publish(message);
    channel.asyncEnd.publish(message);
  };
  return channel.start.runStores(message, () => {
    // A promise of its own, also where a store's method throws at once.
    const begin = traced.around.reduceRight<() => Promise<Answer>>(
      (inner, surround) => () => surround(inner),
      async () => work(),
    );
    const working = begin();
    channel.end.publish(message);
    return working.then(
      (answer) => {
        close(outcomes.ok(answer));
        return answer;
      },
      (error: unknown) => {
        const outcome = outcomes.failed(error);
        traced.outcome = outcome;
        channel.error.publish(message);
        close(outcome);
        throw error;
      },
    );
  });
}

/** The word for what a call threw. */
export function failureOf(error: unknown): CallOutcome {
  return isAuthError(error) && Object.hasOwn(errorTable, error.code) ? error.code : "failed";
}

/** Of a call that answers or throws. */
export const callOutcomes: Outcomes<unknown, CallOutcome> = { ok: () => "ok", failed: failureOf };
