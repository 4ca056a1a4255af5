import type { Handlers } from "../options.ts";
import type { DurableEvent } from "../ports/event-sink.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { done, type JobRun, type JobOutcome } from "./job.ts";

/** Runs the application's handler of a durable event. Its failure is the job's: it is run again. */
export async function runHandler(
  handlers: Handlers,
  job: JobRun,
  payload: JobPayloads["run-handler"],
): Promise<JobOutcome> {
  const handler = handlers[payload.event];
  // The job was left by a process that has such a handler; one that has none leaves it to others.
  if (handler === undefined) throw new Error(`no handler for ${payload.event} in this process`);
  // Each name's handler takes the event of that name, which is what `toEvent` makes.
  await (handler as (event: DurableEvent) => Promise<void>)(toEvent(job, payload));
  return done;
}

function toEvent(job: JobRun, payload: JobPayloads["run-handler"]): DurableEvent {
  const { event: name, userId, linkId, expiresAt } = payload;
  const base = { id: job.id, at: job.createdAt, userId };
  switch (name) {
    case "reset.offered":
      return { name, ...base, linkId: linkId ?? "", expiresAt: new Date(expiresAt ?? 0) };
    case "reset.superseded":
    case "reset.expired":
    case "reset.completed":
    case "reset.ended":
      return { name, ...base, linkId: linkId ?? "" };
    default:
      return { name, ...base };
  }
}
