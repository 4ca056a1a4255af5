import type { Auth, Flow } from "../auth.ts";
import type { ClientInput } from "../domain/client.ts";
import type { JobKind } from "../ports/outbox.ts";
import { channels, type JobEnding } from "./channels.ts";
import { flowNames, type FlowName } from "./flow-names.ts";
import { callOutcomes, trace, type Outcomes } from "./trace.ts";

/** The same `Auth`, with each call of a flow told of while somebody listens. */
export function toldFlows(auth: Auth): Auth {
  const told = flowNames.map((name) => [name, toldFlow(name, auth[name])]);
  // Each flow under its own name again.
  return { ...auth, ...(Object.fromEntries(told) as Pick<Auth, FlowName>) };
}

function toldFlow(name: FlowName, flow: Flow<never, unknown>): Flow<never, unknown> {
  // Asked here, where a call makes nothing but the question.
  return (input: never, client: ClientInput) =>
    channels.flow.hasSubscribers
      ? trace(channels.flow, { flow: name, around: [] }, callOutcomes, () => flow(input, client))
      : flow(input, client);
}

const jobOutcomes: Outcomes<JobEnding, JobEnding> = {
  ok: (ending) => ending,
  failed: () => "untold",
};

/** Runs a job that answers how it ended, and tells of it. */
export function toldJob(kind: JobKind, run: () => Promise<JobEnding>): Promise<JobEnding> {
  return trace(channels.job, { kind, around: [] }, jobOutcomes, run);
}
