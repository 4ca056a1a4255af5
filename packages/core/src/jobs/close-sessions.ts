import type { Context } from "../context.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { done, type JobRun, type JobOutcome } from "./job.ts";

/**
 * Ends the sessions of earlier epochs, as the flow that left this job did unless it died. It only
 * ever closes older sessions, so it may run at any time and any number of times.
 */
export async function closeSessions(
  context: Context,
  _job: JobRun,
  payload: JobPayloads["close-sessions"],
): Promise<JobOutcome> {
  const { userId, before, exceptSessionId } = payload;
  // Only a store that broke its promise leaves no epoch here; closing nothing would hide it.
  if (before === null) throw new TypeError("close-sessions: the store did not write the epoch");
  await context.sessions.closeAll(userId, {
    before,
    exceptSessionId: exceptSessionId ?? undefined,
  });
  return done;
}
