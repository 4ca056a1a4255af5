const remedy =
  "make one with: node -e \"console.log(crypto.randomBytes(32).toString('base64url'))\"";

/**
 * The bytes of a shared secret: base64url, 32 bytes or more (RFC 7518, section 3.2).
 *
 * @throws TypeError that says how to make a good one, for an absent, short or patterned secret.
 */
export function decodeSecret(secret: unknown, where = "secret"): Buffer {
  checkSecret(secret, where);
  return Buffer.from(secret, "base64url");
}

/** Refuses what cannot be a secret drawn at random. */
export function checkSecret(secret: unknown, where = "secret"): asserts secret is string {
  if (typeof secret !== "string" || secret === "") {
    throw new TypeError(`${where} is missing; ${remedy}`);
  }
  if (!/^[A-Za-z0-9_-]+$/.test(secret)) throw new TypeError(`${where} is not base64url; ${remedy}`);
  const bytes = Buffer.from(secret, "base64url");
  if (bytes.length < 32) throw new TypeError(`${where} has fewer than 32 bytes; ${remedy}`);
  if (isPatterned(bytes) || isPatterned(Buffer.from(secret))) {
    throw new TypeError(`${where} is not random; ${remedy}`);
  }
}

/** Few different bytes, a repeated unit or a counted row: none happens to 32 random bytes. */
function isPatterned(bytes: Buffer): boolean {
  // Thirty-two random bytes hold about 30 different values, their text about 32 of its 64 signs.
  if (new Set(bytes).size < 12) return true;
  const steps = new Map<number, number>();
  for (let index = 1; index < bytes.length; index++) {
    const step = ((bytes[index] ?? 0) - (bytes[index - 1] ?? 0)) & 255;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  if (Math.max(...steps.values()) > bytes.length / 2) return true;
  for (let unit = 1; unit <= bytes.length / 2; unit++) {
    if (bytes.subarray(unit).equals(bytes.subarray(0, bytes.length - unit))) return true;
  }
  return false;
}
