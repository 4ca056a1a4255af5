import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import {
  digestField,
  idField,
  parseInput,
  passwordField,
  tokenField,
} from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { sameDigest } from "../../tokens/digests.ts";
import { useLink } from "./use-link.ts";

/** A new password, and the proof of a form that a live link led to. */
export interface ResetPasswordByFormInput {
  /** The token of the mailed link, as the browser kept it. */
  readonly token: string;
  /** Whose link the form's address says it is. */
  readonly userId: string;
  /** The digest of the link that the form was made for, out of `checkResetLink`. */
  readonly linkDigest: string;
  /** 15–128 code points by default. */
  readonly newPassword: string;
  /** When given, it must equal `newPassword`. */
  readonly confirmPassword?: string | undefined;
}

export const resetPasswordByFormInput: z.ZodType<ResetPasswordByFormInput> = z.strictObject({
  token: tokenField,
  userId: idField,
  linkDigest: digestField,
  newPassword: passwordField,
  confirmPassword: passwordField.optional(),
});

/**
 * Sets a new password as a reset does, for a form that a live link led to. Instead of the email it
 * names the link it was made for: a token put into the browser meanwhile is another link's, and its
 * account must not get the password that was typed for this one. The steps are those of
 * {@link useLink}.
 */
export async function resetPasswordByForm(
  context: Context,
  input: ResetPasswordByFormInput,
  client: Client,
): Promise<void> {
  const { userId, linkDigest, ...fields } = parseInput(resetPasswordByFormInput, input);
  await useLink(context, client, fields, ({ user, digest }) => {
    if (user.id !== userId || !sameDigest(digest, linkDigest)) {
      throw new AuthError("invalid_token");
    }
  });
}
