import type { Work } from "./work.ts";

/** A stored hash as it was read: how to check a password against it. */
export interface Recipe {
  readonly work: Work;
  readonly salt: Uint8Array;
  readonly digest: Uint8Array;
  /** The bytes that the old system put into the work for this password. */
  readonly prepare: (password: string) => Uint8Array;
}

/** What the old system added to every password, and did not store with its hashes. */
export interface Secrets {
  readonly bcryptPepper: string;
  readonly springPbkdf2Secret: string;
}

/** Reads a stored hash of one kind of system; null where it is none of its own. */
export type Form = (stored: string, secrets: Secrets) => Recipe | null;

/** As most systems have it: UTF-8, and nothing folded or trimmed. */
export const asUtf8 = (password: string): Uint8Array => Buffer.from(password, "utf8");

/** The shortest digest that no password matches by chance. */
const leastDigestBytes = 16;
const mostDigestBytes = 512;
const mostSaltBytes = 128;
/** What the reference implementation of argon2 demands. */
const leastArgon2SaltBytes = 8;

/** The recipe, or null where its parts are missing or of a length that no system writes. */
export function recipe(
  work: Work | null,
  salt: Uint8Array | null,
  digest: Uint8Array | null,
  prepare: Recipe["prepare"] = asUtf8,
): Recipe | null {
  if (work === null || salt === null || digest === null) return null;
  if (digest.length < leastDigestBytes || digest.length > mostDigestBytes) return null;
  const leastSalt = work.kind === "argon2" ? leastArgon2SaltBytes : 1;
  if (salt.length < leastSalt || salt.length > mostSaltBytes) return null;
  return { work, salt, digest, prepare };
}

/** A decimal number as systems write them: no sign, no leading zero, no exponent, never huge. */
export function decimal(text: string | undefined): number | null {
  return text !== undefined && /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : null;
}
