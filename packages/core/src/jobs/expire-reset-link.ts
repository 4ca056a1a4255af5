import { emit, type Context } from "../context.ts";
import { runHandler } from "../intents.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { done, type JobRun, type JobOutcome } from "./job.ts";

/**
 * Tells that a link's time ran out unused. Stores take time as an argument, so asking for the
 * instant before its end tells whether it lived until then.
 */
export async function expireResetLink(
  context: Context,
  job: JobRun,
  payload: JobPayloads["expire-reset-link"],
): Promise<JobOutcome> {
  const { userId, digest } = payload;
  const justBefore = new Date(new Date(payload.expiresAt).getTime() - 1);
  const standing = await context.users.inspectReset(userId, digest, justBefore);
  if (standing.outcome === "gone") return done;

  const now = context.clock.now();
  const facts = { linkId: digest, parentId: job.id };
  await context.outbox.enqueue(runHandler(context, "reset.expired", userId, now, facts), now);
  emit(context, "reset.expired", { userId, linkId: digest });
  return done;
}
