import { base64 } from "../encodings.ts";
import { decimal, recipe, type Recipe } from "../recipe.ts";
import type { Pbkdf2Digest, Work } from "../work.ts";

const argon2Form = /^\$argon2(d|i|id)(?:\$v=(16|19))?\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;
const scryptForm = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;
const pbkdf2Form =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d+)(?:,l=(\d+))?\$([^$]+)\$([^$]+)$/;

/**
 * What begins with a dollar and the function's name: argon2 of every kind, scrypt, PBKDF2. So they
 * are written by the reference implementation of argon2, passlib, and whoever follows the PHC's
 * string format.
 */
export function phcForm(stored: string): Recipe | null {
  return argon2(stored) ?? scrypt(stored) ?? pbkdf2(stored);
}

function argon2(stored: string): Recipe | null {
  const match = argon2Form.exec(stored);
  if (match === null) return null;
  const [, variant, version, ...rest] = match;
  const [memoryKiB, passes, lanes] = rest.slice(0, 3).map(decimal);
  const [salt = "", digest = ""] = rest.slice(3);
  if (!memoryKiB || !passes || !lanes || memoryKiB < 8 * lanes) return null;
  const work: Work = {
    kind: "argon2",
    variant: variant as "d" | "i" | "id",
    // Hashes from before there was a second version do not name theirs.
    version: version === "19" ? 19 : 16,
    ...{ memoryKiB, passes, lanes },
  };
  return recipe(work, base64.decode(salt), base64.decode(digest));
}

function scrypt(stored: string): Recipe | null {
  const [, ln, r, p, salt = "", digest = ""] = scryptForm.exec(stored) ?? [];
  const work = scryptWork(decimal(ln), decimal(r), decimal(p));
  return recipe(work, base64.decode(salt), base64.decode(digest));
}

/** Null for numbers that scrypt is not defined for. */
export function scryptWork(ln: number | null, r: number | null, p: number | null): Work | null {
  if (!ln || !r || !p || ln > 31 || r * p >= 2 ** 30) return null;
  return { kind: "scrypt", ln, r, p };
}

/** The logarithm of what must be a power of two; null where it is none. */
export function logarithm(count: number | null): number | null {
  const log = Math.log2(count ?? 0);
  return Number.isInteger(log) ? log : null;
}

function pbkdf2(stored: string): Recipe | null {
  const [, name = "sha1", iterations, length, salt = "", text = ""] = pbkdf2Form.exec(stored) ?? [];
  const digest = base64.decode(text);
  const work = pbkdf2Work(name, decimal(iterations), digest);
  const isWhole = length === undefined || decimal(length) === digest?.length;
  return isWhole ? recipe(work, base64.decode(salt), digest) : null;
}

const pbkdf2Digests: readonly string[] = ["sha1", "sha256", "sha512"] satisfies Pbkdf2Digest[];

export function pbkdf2Work(
  name: string,
  iterations: number | null,
  derived: Uint8Array | null,
): Work | null {
  if (!pbkdf2Digests.includes(name) || iterations === null || derived === null) return null;
  return { kind: "pbkdf2", digest: name as Pbkdf2Digest, iterations, length: derived.length };
}
