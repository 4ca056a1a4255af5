import { emit, type Context } from "../context.ts";
import { runHandler } from "../intents.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { done, type JobRun, type JobOutcome } from "./job.ts";

/**
 * Tells that a link's time is over: unused (`reset.expired`), or after something else had ended it
 * (`reset.ended`), which a change of password or a disabling tells nobody by the link's id. Stores
 * take time as an argument, so asking for the instant before its end tells whether it lived until
 * then.
 */
export async function expireResetLink(
  context: Context,
  job: JobRun,
  payload: JobPayloads["expire-reset-link"],
): Promise<JobOutcome> {
  const { userId, digest } = payload;
  const justBefore = new Date(new Date(payload.expiresAt).getTime() - 1);
  const standing = await context.users.inspectReset(userId, digest, justBefore);
  const name = standing.outcome === "live" ? "reset.expired" : "reset.ended";

  const now = context.clock.now();
  const facts = { linkId: digest, parentId: job.id };
  await context.outbox.enqueue(runHandler(context, name, userId, now, facts), now);
  emit(context, name, { userId, linkId: digest });
  return done;
}
