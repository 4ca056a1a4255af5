import { hex } from "../encodings.ts";
import { asUtf8, recipe, type Recipe } from "../recipe.ts";

const form = /^([0-9a-f]{32}):([0-9a-f]{128})$/;

/**
 * better-auth's `salt:key`, as Lucia wrote it before: scrypt with parameters that are not stored.
 * The salt's digits are the salt, and passwords are compared in NFKC.
 */
export function betterAuthForm(stored: string): Recipe | null {
  const [, salt = "", key = ""] = form.exec(stored) ?? [];
  const work = { kind: "scrypt", ln: 14, r: 16, p: 1 } as const;
  const prepare = (password: string): Uint8Array => asUtf8(password.normalize("NFKC"));
  return recipe(work, asUtf8(salt), hex.decode(key), prepare);
}
