import { emit, type Context } from "../context.ts";
import type { Registration, User } from "../domain/user.ts";
import { composeMail } from "../mail/messages.ts";
import type { JobPayloads } from "../ports/outbox.ts";
import { codeDigest, confirmationCode, emailKey } from "../tokens/digests.ts";
import { buried, done, type JobRun, type JobOutcome } from "./job.ts";
import { mailWithin } from "./mail-within.ts";

/**
 * Mails the code of a claim.
 *
 * 1. The claim is gone, or the email is not its own: nothing.
 * 2. A user owns the email: they are told that they have an account.
 * 3. Else derive the code from the job, keep its digest, mail it. A retry mails the same code; one
 *    that is too late mails nothing.
 *
 * Before a mail is sent it is counted: a repeated code by its email, a code also among all mails to
 * addresses that nobody has proven. Over the former there is no mail and the earlier code stays
 * good; over the latter it waits.
 */
export async function sendConfirmation(
  context: Context,
  job: JobRun,
  payload: JobPayloads["send-confirmation"],
): Promise<JobOutcome> {
  const { registrationId, email } = payload;
  const now = context.clock.now();
  const claim = await context.users.findRegistration(registrationId, now);
  if (claim === null || claim.email !== email) return done;

  const codesOf = payload.again ? email : null;
  const owner = await context.users.findByEmail(email);
  if (owner !== null) {
    return mailWithin(context, { codesOf, isNew: false }, () => tellOwner(context, job, owner));
  }

  const ttl = context.config.registration.codeTtlSeconds * 1000;
  const expiresAt = new Date(Math.min(job.createdAt.getTime() + ttl, claim.expiresAt.getTime()));
  if (now >= expiresAt) return buried("the code expired before it could be mailed");
  return mailWithin(context, { codesOf, isNew: true }, () =>
    mailCode(context, job, claim, expiresAt),
  );
}

async function tellOwner(context: Context, job: JobRun, owner: User): Promise<boolean> {
  const { productName } = context.config;
  const content = { kind: "account_exists", data: { at: job.createdAt } } as const;
  const to = { id: job.id, to: owner.email, locale: owner.locale, productName };
  await context.mailer.send(composeMail(content, to));
  return true;
}

async function mailCode(
  context: Context,
  job: JobRun,
  claim: Registration,
  expiresAt: Date,
): Promise<boolean> {
  const { id: registrationId, email } = claim;
  const code = confirmationCode(context.keys, job.id);
  const kept = await context.codes.put(
    {
      emailKey: emailKey(context.keys, email),
      registrationId,
      digest: codeDigest(context.keys, email, code),
      sequence: job.sequence,
      expiresAt,
      claimExpiresAt: claim.expiresAt,
    },
    context.clock.now(),
  );
  if (kept === "superseded") return false;

  const { productName } = context.config;
  const data = { code, tag: claim.tag, expiresAt };
  const to = { id: job.id, to: claim.email, locale: claim.locale, productName };
  await context.mailer.send(composeMail({ kind: "confirmation_code", data }, to));
  emit(context, "confirmation.sent", { registrationId });
  return true;
}
