import { commonPasswords } from "./common-passwords.ts";
import { isRepetition, isWalk, withoutPadding } from "./predictable.ts";

const russianKeys = "йцукенгшщзхъфывапролджэячсмитьбюё";
const latinKeys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";

let entries: ReadonlySet<string> | undefined;

/**
 * Whether a password is among those attackers try first (ASVS 6.2.4, NIST SP 800-63B-4, section
 * 3.1.1.2): one of 9,000 commonly used ones, also typed on the Russian layout or followed by
 * "1234567", "!!!!!" and the like; one short unit repeated; a walk along a keyboard or an alphabet.
 * Takes time linear in the password.
 *
 * @param folded The password in lower case.
 */
export function isCommonPassword(folded: string): boolean {
  if (isRepetition(folded) || isWalk(folded)) return true;
  // Split at the first use only: a process that never checks a new password never pays for it.
  const known = (entries ??= new Set(commonPasswords.trim().split(/\s+/)));
  return [folded, ...withoutPadding(folded)].some(
    (text) => known.has(text) || known.has(onLatinKeys(text)),
  );
}

/** "пароль" is "gfhjkm" on the keys, and the lists know it as that. */
function onLatinKeys(text: string): string {
  return [...text].map((key) => latinKeys[russianKeys.indexOf(key)] ?? key).join("");
}
