/** A spelling of bytes: strict about what it reads, since what it reads is stored text. */
export interface Encoding {
  /** The bytes, or null where the text is no such spelling. */
  decode(text: string): Uint8Array | null;
  encode(bytes: Uint8Array): string;
}

/** The standard alphabet, padded or not, and passlib's, which has a dot for the plus. */
export const base64: Encoding = {
  decode(text) {
    const isBase64 = /^[A-Za-z0-9+/.]*={0,2}$/.test(text);
    const body = text.replace(/=+$/, "");
    if (!isBase64 || body.length % 4 === 1) return null;
    return Buffer.from(body.replaceAll(".", "+"), "base64");
  },
  encode: (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, ""),
};

const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const bcrypts = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function translate(text: string, from: string, to: string): string {
  return [...text].map((letter) => to[from.indexOf(letter)] ?? "").join("");
}

/** The same bits in the order of letters that bcrypt made its own. */
export const bcryptBase64: Encoding = {
  decode(text) {
    if (!/^[./A-Za-z0-9]*$/.test(text) || text.length % 4 === 1) return null;
    return Buffer.from(translate(text, bcrypts, standard), "base64");
  },
  encode: (bytes) => translate(base64.encode(bytes), standard, bcrypts),
};

/** Two digits a byte, in lower or upper case. */
export const hex: Encoding = {
  decode: (text) =>
    /^(?:[0-9a-f]{2})*$/i.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : null,
  encode: (bytes) => Buffer.from(bytes).toString("hex"),
};
