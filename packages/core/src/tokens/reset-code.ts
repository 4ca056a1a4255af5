import { derivedId, sixDigits } from "./digests.ts";
import type { Keys } from "./keys.ts";

/** Seconds a reset code lives: no option, since its length allows no longer (ASVS 6.5.5). */
export const resetCodeTtlSeconds = 600;

/** Wrong codes of one request that are compared (ASVS 6.6.3). */
export const triesPerResetCode = 5;

/** What forgot answers and a code belongs to; the mail never holds it, nor does the outbox. */
export function resetRequestId(keys: Keys, jobId: string): string {
  return derivedId(keys, jobId, "reset request");
}

/** The six digits that a job mails for a reset. */
export function resetCode(keys: Keys, jobId: string): string {
  return sixDigits(keys, "reset code", jobId);
}

/** The proof that a request's code is. */
export interface ResetCodeProof {
  readonly requestId: string;
  readonly email: string;
  readonly code: string;
}

/** What is kept of it. Its purpose is inside: no confirmation code has this digest. */
export function resetCodeDigest(keys: Keys, { requestId, email, code }: ResetCodeProof): string {
  return keys.mac("codes", "reset", requestId, email, code).toString("base64url");
}

/** What the store of codes sees of the email: another key than a registration's. */
export function resetCodeKey(keys: Keys, email: string): string {
  return keys.mac("lanes", "reset code", email).toString("base64url");
}
