import type { Context } from "../context.ts";
import { composeMail } from "../mail/messages.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { done, type JobRun, type JobOutcome } from "./job.ts";

/** Tells a user by mail that the password was changed (ASVS 6.3.7), with nothing secret in it. */
export async function sendNotice(
  context: Context,
  job: JobRun,
  payload: JobPayloads["send-notice"],
): Promise<JobOutcome> {
  const user = await context.users.findById(payload.userId);
  if (user === null) return done;
  const content = { kind: payload.notice, data: { at: job.createdAt } };
  const { email: to, locale } = user;
  const { productName } = context.config;
  await context.mailer.send(composeMail(content, { id: job.id, to, locale, productName }));
  return done;
}
