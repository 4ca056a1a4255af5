import { base64, hex } from "../encodings.ts";
import { asUtf8, recipe, type Recipe, type Secrets } from "../recipe.ts";
import type { Pbkdf2Digest } from "../work.ts";
import { readBcrypt } from "./bcrypt.ts";
import { phcForm, scryptWork } from "./phc.ts";

const prefixed = /^\{([A-Za-z0-9@_]+)\}(.+)$/;
const scryptText = /^\$([0-9a-f]{5,8})\$([^$]+)\$([^$]+)$/;
const keyBytes = 32;

interface Pbkdf2Defaults {
  readonly digest: Pbkdf2Digest;
  readonly iterations: number;
  readonly saltBytes: number;
}

/** Spring Security's `{id}encoded`, with the parameters that each id stands for. */
export function springForm(stored: string, { springPbkdf2Secret }: Secrets): Recipe | null {
  const [, id, encoded = ""] = prefixed.exec(stored) ?? [];
  const secret = springPbkdf2Secret;
  switch (id) {
    // An application with one encoder of its own stores what it writes, without a prefix.
    case undefined:
      return scrypt(stored);
    case "bcrypt":
      return readBcrypt(encoded, asUtf8);
    case "argon2":
    case "argon2@SpringSecurity_v5_8":
      return encoded.startsWith("$argon2") ? phcForm(encoded) : null;
    case "scrypt":
    case "scrypt@SpringSecurity_v5_8":
      return scrypt(encoded);
    case "pbkdf2":
      return pbkdf2(encoded, secret, { digest: "sha1", iterations: 185_000, saltBytes: 8 });
    case "pbkdf2@SpringSecurity_v5_8":
      return pbkdf2(encoded, secret, { digest: "sha256", iterations: 310_000, saltBytes: 16 });
    default:
      return null;
  }
}

/** The parameters are one number: the logarithm of N, then a byte each of r and p. */
function scrypt(encoded: string): Recipe | null {
  const [, text = "0", salt = "", digest = ""] = scryptText.exec(encoded) ?? [];
  const parameters = Number.parseInt(text, 16);
  const ln = Math.floor(parameters / 2 ** 16);
  const work = scryptWork(ln, (parameters >> 8) & 0xff, parameters & 0xff);
  return recipe(work, base64.decode(salt), base64.decode(digest));
}

/** Salt and key in one piece, in hex or base64; the secret goes behind the salt. */
function pbkdf2(encoded: string, secret: string, defaults: Pbkdf2Defaults): Recipe | null {
  const { saltBytes, digest, iterations } = defaults;
  const isWhole = (bytes: Uint8Array | null): boolean => bytes?.length === saltBytes + keyBytes;
  const bytes = [hex.decode(encoded), base64.decode(encoded)].find(isWhole);
  if (!bytes) return null;
  const salt = Buffer.concat([bytes.subarray(0, saltBytes), asUtf8(secret)]);
  const work = { kind: "pbkdf2", digest, iterations, length: keyBytes } as const;
  return recipe(work, salt, bytes.subarray(saltBytes));
}
