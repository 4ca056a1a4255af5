import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

const remedy =
  "make one with: node -e \"console.log(crypto.randomBytes(32).toString('base64url'))\"";

/** What requests and answers are signed with: a key of this purpose, made of the shared secret. */
export type SigningKey = KeyObject;

/**
 * The key of a shared secret.
 *
 * @throws TypeError that says how to make a good one; it never repeats the secret
 */
export function keyOf(secret: unknown): SigningKey {
  if (typeof secret !== "string" || !/^[A-Za-z0-9_-]+$/.test(secret)) {
    throw new TypeError(`secret: not base64url; ${remedy}`);
  }
  const bytes = Buffer.from(secret, "base64url");
  if (bytes.length < 32) throw new TypeError(`secret: fewer than 32 bytes; ${remedy}`);
  // 32 random bytes hold about 30 different values.
  if (new Set(bytes).size < 12) throw new TypeError(`secret: not random; ${remedy}`);
  const key = hkdfSync("sha256", bytes, "", "latchkey accounts over http", 32);
  return createSecretKey(Buffer.from(key));
}

/** The keys of every secret that is accepted, at least one. */
export function keysOf(secrets: string | readonly string[]): readonly SigningKey[] {
  const keys = [secrets].flat().map(keyOf);
  if (keys.length === 0) throw new TypeError(`secret: missing; ${remedy}`);
  return keys;
}
