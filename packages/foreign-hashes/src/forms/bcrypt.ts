import { createHash, createHmac } from "node:crypto";
import { bcryptBase64 } from "../encodings.ts";
import { asUtf8, decimal, recipe, type Recipe, type Secrets } from "../recipe.ts";

const plain = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const passlibsFirst = /^\$bcrypt-sha256\$2[aby],(\d\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;
const passlibsSecond =
  /^\$bcrypt-sha256\$v=2,t=2[aby],r=(\d\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;

/**
 * bcrypt as most write it, and as passlib writes it over a digest, so that the end of a long
 * password counts. Devise may append a pepper to the password.
 *
 * `2a`, `2b` and `2y` are one function for passwords of up to 255 bytes of text. `2x` is the mark of
 * hashes from a library that confused some of them, and is not read.
 */
export function bcryptForm(stored: string, { bcryptPepper }: Secrets): Recipe | null {
  return (
    readBcrypt(stored, (password) => asUtf8(password + bcryptPepper)) ??
    read(passlibsFirst.exec(stored), (password) => sha256(password, "base64")) ??
    passlibSecond(stored)
  );
}

/** Plain bcrypt over what `prepare` makes of the password. */
export function readBcrypt(stored: string, prepare: Recipe["prepare"]): Recipe | null {
  return read(plain.exec(stored), prepare);
}

/** As Django has it, where passwords are longer than bcrypt can tell apart. */
export const overSha256Hex: Recipe["prepare"] = (password) => sha256(password, "hex");

function passlibSecond(stored: string): Recipe | null {
  const match = passlibsSecond.exec(stored);
  const key = match?.[2] ?? "";
  return read(match, (password) =>
    asUtf8(createHmac("sha256", key).update(password, "utf8").digest("base64")),
  );
}

function sha256(password: string, encoding: "base64" | "hex"): Uint8Array {
  return asUtf8(createHash("sha256").update(password, "utf8").digest(encoding));
}

function read(match: RegExpExecArray | null, prepare: Recipe["prepare"]): Recipe | null {
  const [, text = "", salt = "", digest = ""] = match ?? [];
  const cost = decimal(text.replace(/^0/, ""));
  if (cost === null || cost < 4 || cost > 31) return null;
  return recipe(
    { kind: "bcrypt", cost },
    bcryptBase64.decode(salt),
    bcryptBase64.decode(digest),
    prepare,
  );
}
