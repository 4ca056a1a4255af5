import { timingSafeEqual } from "node:crypto";
import type { Keys } from "./keys.ts";

/** What stores see of an email: an HMAC that nobody without the key can search. */
export function emailKey(keys: Keys, email: string): string {
  return keys.mac("lanes", "email", email).toString("base64url");
}

/**
 * The six digits that a job mails, uniform over 10^6 (ASVS 6.5.3). They follow from the job's id,
 * so that a retried job mails the same code.
 */
export function confirmationCode(keys: Keys, jobId: string): string {
  return sixDigits(keys, "confirmation code", jobId);
}

/** Six digits that follow from a job's id, others for each purpose. */
export function sixDigits(keys: Keys, purpose: string, jobId: string): string {
  const number = keys.mac("jobs", purpose, jobId).readUIntBE(0, 6) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** What is kept of a code: an HMAC, since a plain digest of 10^6 values is no secret. */
export function codeDigest(keys: Keys, email: string, code: string): string {
  return keys.mac("codes", "confirm", email, code).toString("base64url");
}

/** What limits count by: an HMAC of whatever identifies the attempts, existing or not. */
export function limitKey(keys: Keys, kind: string, value: string): string {
  return keys.mac("limits", kind, value).subarray(0, 16).toString("base64url");
}

/** Whether two digests are one, in a time that does not tell how much of them agrees. */
export function sameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The id of a job that follows from another: the same however often it is made. */
export function derivedId(keys: Keys, ...parts: readonly string[]): string {
  return formatUuid(keys.mac("jobs", "derived id", ...parts));
}

/** A UUID (RFC 9562, version 4 layout) out of 16 bytes. */
export function formatUuid(bytes: Uint8Array): string {
  const form = Buffer.from(bytes.subarray(0, 16));
  form[6] = ((form[6] ?? 0) & 0x0f) | 0x40;
  form[8] = ((form[8] ?? 0) & 0x3f) | 0x80;
  const hex = form.toString("hex");
  return [0, 8, 12, 16, 20].map((at, i, cuts) => hex.slice(at, cuts[i + 1] ?? 32)).join("-");
}
