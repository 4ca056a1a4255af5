import type { Context } from "../context.ts";
import { makeLink } from "../domain/link.ts";
import type { User } from "../domain/user.ts";
import type { PutCodeRequest } from "../ports/code-store.ts";
import type { MailContent } from "../ports/mailer.ts";
import {
  resetCode,
  resetCodeDigest,
  resetCodeKey,
  resetCodeTtlSeconds,
  resetRequestId,
} from "../tokens/reset-code.ts";
import type { JobRun } from "./job.ts";

/** What a job offers a user who forgot the password. All of it follows from the job. */
export interface ResetOffer {
  readonly digest: string;
  readonly expiresAt: Date;
  readonly content: MailContent;
  /** Where tries of a code are counted; a link is no code. */
  readonly code: PutCodeRequest | null;
}

export async function makeResetOffer(
  context: Context,
  job: JobRun,
  user: User,
): Promise<ResetOffer> {
  const tokens = context.tokens.reset;
  if (tokens === null) return offerCode(context, job, user.email);
  const { token, digest, expiresAt } = await tokens.issue(user.id, job.id, job.createdAt);
  const link = makeLink(context.config.resetLinkTemplate, { uid: user.id, token });
  return {
    digest,
    expiresAt,
    content: { kind: "reset_link", data: { link, expiresAt } },
    code: null,
  };
}

function offerCode({ keys }: Context, job: JobRun, email: string): ResetOffer {
  const requestId = resetRequestId(keys, job.id);
  const code = resetCode(keys, job.id);
  const digest = resetCodeDigest(keys, { requestId, email, code });
  const expiresAt = new Date(job.createdAt.getTime() + resetCodeTtlSeconds * 1000);
  return {
    digest,
    expiresAt,
    content: { kind: "reset_code", data: { code, expiresAt } },
    code: {
      ...{ emailKey: resetCodeKey(keys, email), registrationId: requestId, digest },
      ...{ sequence: job.sequence, expiresAt, claimExpiresAt: expiresAt },
    },
  };
}
