import { hex } from "../encodings.ts";
import { asUtf8, decimal, recipe, type Recipe } from "../recipe.ts";
import { logarithm, pbkdf2Work, scryptWork } from "./phc.ts";

const pbkdf2Text = /^pbkdf2:(sha1|sha256|sha512):(\d+)\$([^$]+)\$([^$]+)$/;
const scryptText = /^scrypt:(\d+):(\d+):(\d+)\$([^$]+)\$([^$]+)$/;

/** What Werkzeug's `generate_password_hash` writes, which most Flask applications use. */
export function werkzeugForm(stored: string): Recipe | null {
  return pbkdf2(stored) ?? scrypt(stored);
}

function pbkdf2(stored: string): Recipe | null {
  const [, name = "", iterations, salt = "", text = ""] = pbkdf2Text.exec(stored) ?? [];
  const digest = hex.decode(text);
  return recipe(pbkdf2Work(name, decimal(iterations), digest), asUtf8(salt), digest);
}

function scrypt(stored: string): Recipe | null {
  const [, n, r, p, salt = "", text = ""] = scryptText.exec(stored) ?? [];
  const work = scryptWork(logarithm(decimal(n)), decimal(r), decimal(p));
  return recipe(work, asUtf8(salt), hex.decode(text));
}
