import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, parseInput, passwordField, tokenField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { useLink } from "./use-link.ts";

/** A new password, and a link's proof. */
export interface ResetPasswordInput {
  /** The token of the mailed link. */
  readonly token: string;
  /** The user's own email: a found link alone resets nothing. */
  readonly email: string;
  /** 15–128 code points by default. */
  readonly newPassword: string;
  /** When given, it must equal `newPassword`. */
  readonly confirmPassword?: string | undefined;
}

export const resetPasswordInput: z.ZodType<ResetPasswordInput> = z.strictObject({
  token: tokenField,
  email: emailField,
  newPassword: passwordField,
  confirmPassword: passwordField.optional(),
});

/**
 * Sets a new password by a mailed link, once, and ends every session. Nobody is signed in by it.
 * The email is compared with the user's current one: a found link alone resets nothing. The steps
 * are those of {@link useLink}.
 */
export async function resetPassword(
  context: Context,
  input: ResetPasswordInput,
  client: Client,
): Promise<void> {
  const { email, ...fields } = parseInput(resetPasswordInput, input);
  await useLink(context, client, fields, ({ user }) => {
    if (user.email !== email) throw new AuthError("email_mismatch");
  });
}
