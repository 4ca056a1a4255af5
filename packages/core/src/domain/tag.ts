const form = /^[a-z0-9_.-]{3,32}$/;

/**
 * The canonical form of a tag, or null. A tag is a public ASCII handle, compared without case; it
 * can hold no "@", so that no tag is ever somebody's email.
 */
export function parseTag(text: string): string | null {
  const tag = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return form.test(tag) ? tag : null;
}

const russian: Readonly<Record<string, string>> = {
  ...{ а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "i" },
  ...{ к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f" },
  ...{ х: "kh", ц: "ts", ч: "ch", ш: "sh", щ: "shch", ъ: "", ы: "y", ь: "", э: "e", ю: "iu" },
  ...{ я: "ia" },
};

const suffixAlphabet = "abcdefghjkmnpqrstvwxyz0123456789";

/**
 * A tag made of the names and a random suffix (30 bits), for people who chose none. Nothing is
 * looked up, so that making one tells nothing.
 */
export function makeTag(firstName: string, lastName: string, random: Uint8Array): string {
  const words = [firstName, lastName].map(toAscii).filter((word) => word !== "");
  const base = words.join("_").slice(0, 24) || "user";
  const suffix = [...random.subarray(0, 6)].map((byte) => suffixAlphabet[byte % 32]).join("");
  return `${base}-${suffix}`;
}

function toAscii(name: string): string {
  const latin = [...name.toLowerCase()].map((letter) => russian[letter] ?? letter).join("");
  return latin
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "")
    .slice(0, 16);
}
