import type { FieldProblem, FieldRule } from "../errors.ts";

/** What a new password must be. Nothing here is asked of a password that is only being checked. */
export interface PasswordPolicy {
  /** Code points. */
  readonly minLength: number;
  /** Kinds of characters that must occur; none by default (NIST SP 800-63B-4, section 3.1.1.2). */
  readonly require: readonly ("letter" | "digit")[];
  /** Words compared with the whole password, besides the person's own names. */
  readonly contextWords: readonly string[];
  /** Whether a password, folded to lower case, is among those attackers try first. */
  readonly isCommon: (folded: string) => boolean;
}

/** Hard bounds of every password (ASVS 6.2.8, 6.2.9): refused beyond them, never cut. */
export const passwordBounds = { maxCodePoints: 128, maxBytes: 1024, lowestMinLength: 8 } as const;

/** What is known of the person whose password it will be. */
export interface PasswordOwner {
  readonly email: string;
  readonly tag: string;
  readonly firstName: string;
  readonly lastName: string;
}

/**
 * The rules a new password breaks, in a fixed order; none when it may be used. `path` names the
 * field the problems are reported for.
 */
export function checkPassword(
  password: string,
  owner: PasswordOwner,
  policy: PasswordPolicy,
  path: string,
): readonly FieldProblem[] {
  const folded = password.toLowerCase();
  const problems: FieldProblem[] = [];
  const breaks = (rule: FieldRule): number => problems.push({ path, rule });

  if ([...password].length < policy.minLength) {
    problems.push({ path, rule: "password_too_short", limit: policy.minLength });
  }
  if (policy.require.includes("letter") && !/\p{L}/u.test(password))
    breaks("password_needs_letter");
  if (policy.require.includes("digit") && !/\p{Nd}/u.test(password)) breaks("password_needs_digit");
  if (wordsAbout(owner, policy).has(folded)) breaks("password_too_personal");
  if (policy.isCommon(folded)) breaks("password_too_common");
  return problems;
}

function wordsAbout(owner: PasswordOwner, policy: PasswordPolicy): Set<string> {
  const { email, tag, firstName, lastName } = owner;
  const names = [`${firstName}${lastName}`, `${firstName} ${lastName}`, `${firstName}.${lastName}`];
  const turned = [`${lastName}${firstName}`, `${lastName} ${firstName}`];
  const local = email.slice(0, email.lastIndexOf("@"));
  const words = [email, local, tag, firstName, lastName, ...names, ...turned];
  return new Set([...words, ...policy.contextWords].map((word) => word.toLowerCase()));
}
