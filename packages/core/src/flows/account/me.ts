import * as z from "zod";
import type { Context } from "../../context.ts";
import { callerField, parseInput } from "../../domain/fields.ts";
import type { Locale } from "../../domain/locale.ts";
import type { Caller } from "../../domain/session.ts";
import { AuthError } from "../../errors.ts";

export interface MeInput {
  readonly caller: Caller;
}

/** A user as they see themselves: nothing secret in it. */
export interface UserView {
  readonly id: string;
  readonly email: string;
  readonly tag: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: "CONFIRMED";
  readonly locale: Locale;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
}

export const meInput: z.ZodType<MeInput> = z.strictObject({ caller: callerField });

/** The caller's own account. */
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
