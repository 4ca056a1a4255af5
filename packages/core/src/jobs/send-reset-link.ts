import { emit, type Context } from "../context.ts";
import { expireResetLink, runHandler } from "../intents.ts";
import { composeMail } from "../mail/messages.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { buried, done, type JobRun, type JobOutcome } from "./job.ts";
import { mailWithin } from "./mail-within.ts";
import { makeResetOffer } from "./reset-offer.ts";

/**
 * Mails a reset link, or a code where resets go by code.
 *
 * 1. The email was over its limit, or no enabled user owns it: nothing. For an unknown one (if
 *    configured) a mail that says so, which counts among those to addresses nobody has proven.
 * 2. Derive the link or the code from the job; a retry that is too late mails nothing.
 * 3. Keep its digest in place of an earlier one; a code's also where its tries are counted.
 *    Superseded itself: no mail.
 * 4. Mail it, to the stored address.
 */
export async function sendResetLink(
  context: Context,
  job: JobRun,
  payload: JobPayloads["send-reset-link"],
): Promise<JobOutcome> {
  if (payload.overLimit) return done;
  const { productName } = context.config;
  const user = await context.users.findByEmail(payload.email);
  if (user === null) {
    if (!context.config.mailUnknownAddresses) return done;
    const content = { kind: "no_account", data: { at: job.createdAt } } as const;
    const to = { id: job.id, to: payload.email, locale: payload.locale, productName };
    return mailWithin(context, { codesOf: null, isNew: true }, async () => {
      await context.mailer.send(composeMail(content, to));
      return true;
    });
  }
  if (user.disabled) return done;

  const now = context.clock.now();
  const { digest, expiresAt, content, code } = await makeResetOffer(context, job, user);
  if (now >= expiresAt)
    return buried(`the ${code ? "code" : "link"} expired before it could be mailed`);
  const link = { userId: user.id, digest, expiresAt };
  const facts = { linkId: digest, expiresAt, parentId: job.id };
  const jobs = [
    expireResetLink(context, job.id, link, now),
    ...runHandler(context, "reset.offered", user.id, now, facts),
  ];
  const offered = await context.users.offerReset(
    { ...link, requestedAt: job.createdAt, jobs },
    now,
  );
  if (offered.outcome === "superseded") return done;
  await tellSuperseded(context, job, user.id, offered.supersededDigest);

  if (code !== null && (await context.codes.put(code, now)) === "superseded") return done;
  const to = { id: job.id, to: user.email, locale: user.locale, productName };
  await context.mailer.send(composeMail(content, to));
  emit(context, "reset.offered", { userId: user.id, linkId: digest, expiresAt });
  return done;
}

async function tellSuperseded(
  context: Context,
  job: JobRun,
  userId: string,
  linkId: string | null,
): Promise<void> {
  if (linkId === null) return;
  const now = context.clock.now();
  const facts = { linkId, parentId: job.id };
  await context.outbox.enqueue(runHandler(context, "reset.superseded", userId, now, facts), now);
  emit(context, "reset.superseded", { userId, linkId });
}
