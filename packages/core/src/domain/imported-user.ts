import * as z from "zod";
import { emailField, nameField, parseInput, tagField } from "./fields.ts";
import { locales, type Locale } from "./locale.ts";
import { makeTag } from "./tag.ts";

/** A person as another system knew them; what it did not know is left out. */
export interface ImportedUserInput {
  /** Proven to be theirs: whoever imports it vouches for that. */
  readonly email: string;
  /** 3 to 32 of `a-z0-9_.-`, compared without case (default: made of the names). */
  readonly tag?: string | undefined;
  /** At most 100 code points (default: empty). */
  readonly firstName?: string | undefined;
  /** At most 100 code points (default: empty). */
  readonly lastName?: string | undefined;
  /** The language of mails (default: `en`). */
  readonly locale?: Locale | undefined;
}

/** In canonical form. */
export interface ImportedUser {
  /** As it is looked up, compared and mailed to. */
  readonly email: string;
  /** As it is looked up and compared. */
  readonly tag: string;
  /** Empty where the other system asked for none. */
  readonly firstName: string;
  /** Empty where the other system asked for none. */
  readonly lastName: string;
  /** The language of mails. */
  readonly locale: Locale;
}

const absent = "";

const importedUser: z.ZodType<
  Omit<ImportedUser, "tag"> & { readonly tag?: string | undefined },
  ImportedUserInput
> = z.strictObject({
  email: emailField,
  tag: tagField.optional(),
  firstName: nameField.default(absent),
  lastName: nameField.default(absent),
  locale: z.enum(locales).default("en"),
});

/**
 * A row of another system by the rules that registering has, but that names may be missing. Where
 * it has no tag, one is made as for those who register without: of the names and `random`.
 *
 * @throws AuthError `invalid_input` with every field's problem
 */
export function parseImportedUser(input: ImportedUserInput, random: Uint8Array): ImportedUser {
  const { tag, ...user } = parseInput(importedUser, input);
  return { ...user, tag: tag ?? makeTag(user.firstName, user.lastName, random) };
}
