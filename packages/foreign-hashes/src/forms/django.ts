import { base64 } from "../encodings.ts";
import { asUtf8, decimal, recipe, type Recipe } from "../recipe.ts";
import { overSha256Hex, readBcrypt } from "./bcrypt.ts";
import { logarithm, pbkdf2Work, phcForm, scryptWork } from "./phc.ts";

/** What Django keeps in `auth_user.password`, but for its digests that are no slow ones. */
export function djangoForm(stored: string): Recipe | null {
  const at = stored.indexOf("$");
  const rest = stored.slice(at + 1);
  const parts = rest.split("$");
  switch (stored.slice(0, Math.max(at, 0))) {
    case "pbkdf2_sha256":
      return pbkdf2("sha256", parts);
    case "pbkdf2_sha1":
      return pbkdf2("sha1", parts);
    case "scrypt":
      return scrypt(parts);
    case "argon2":
      return rest.startsWith("argon2") ? phcForm(`$${rest}`) : null;
    case "bcrypt":
      return readBcrypt(rest, asUtf8);
    case "bcrypt_sha256":
      return readBcrypt(rest, overSha256Hex);
    default:
      return null;
  }
}

/** Salts are text, and go into the work as they stand there. */
function pbkdf2(name: string, parts: readonly string[]): Recipe | null {
  const [iterations, salt = "", text = ""] = parts;
  const digest = parts.length === 3 ? base64.decode(text) : null;
  return recipe(pbkdf2Work(name, decimal(iterations), digest), asUtf8(salt), digest);
}

function scrypt(parts: readonly string[]): Recipe | null {
  const [n, salt = "", r, p, text = ""] = parts;
  const digest = parts.length === 5 ? base64.decode(text) : null;
  const work = scryptWork(logarithm(decimal(n)), decimal(r), decimal(p));
  return recipe(work, asUtf8(salt), digest);
}
