import * as z from "zod";
import type { Context } from "../../context.ts";
import { callerField, parseInput } from "../../domain/fields.ts";
import type { Locale } from "../../domain/locale.ts";
import type { Caller } from "../../domain/session.ts";
import { AuthError } from "../../errors.ts";

/** Whose account to read. */
export interface MeInput {
  /** Whoever is signed in, out of `authenticate`. */
  readonly caller: Caller;
}

/** A user as they see themselves: nothing secret in it. */
export interface UserView {
  /** UUID; it never changes. */
  readonly id: string;
  /** In canonical form. */
  readonly email: string;
  /** In canonical form. */
  readonly tag: string;
  /** As it was typed. */
  readonly firstName: string;
  /** As it was typed. */
  readonly lastName: string;
  /** Always this: whoever has not proven the email is no user yet. */
  readonly status: "CONFIRMED";
  /** The language of mails. */
  readonly locale: Locale;
  /** When they registered. */
  readonly createdAt: Date;
  /** When they last signed in; null for never. */
  readonly lastLoginAt: Date | null;
}

export const meInput: z.ZodType<MeInput> = z.strictObject({ caller: callerField });

/**
 * The caller's own account.
 *
 * 1. Parse.
 * 2. Read the user, who must still be there and enabled.
 */
export async function me(context: Context, input: MeInput): Promise<UserView> {
  const { caller } = parseInput(meInput, input);
  const user = await context.users.findById(caller.userId);
  if (user === null || user.disabled) throw new AuthError("invalid_token");
  const { id, email, tag, firstName, lastName, locale, createdAt, lastLoginAt } = user;
  return {
    ...{ id, email, tag, firstName, lastName, status: "CONFIRMED" },
    ...{ locale, createdAt, lastLoginAt },
  };
}
