import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { codeField, emailField, idField, parseInput, passwordField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { countAttempt, countNetwork, release } from "../../limits.ts";
import { resetCodeDigest, resetCodeKey, triesPerResetCode } from "../../tokens/reset-code.ts";
import { setPassword } from "./set-password.ts";

/** A new password, and a mailed code's proof. */
export interface ResetPasswordByCodeInput {
  /** What `forgotPassword` answered. */
  readonly requestId: string;
  /** The address the code was mailed to. */
  readonly email: string;
  /** Six ASCII digits. */
  readonly code: string;
  /** 15–128 code points by default. */
  readonly newPassword: string;
  /** When given, it must equal `newPassword`. */
  readonly confirmPassword?: string | undefined;
}

export const resetPasswordByCodeInput: z.ZodType<ResetPasswordByCodeInput> = z.strictObject({
  requestId: idField,
  email: emailField,
  code: codeField,
  newPassword: passwordField,
  confirmPassword: passwordField.optional(),
});

/**
 * Sets a new password by a mailed code, once, and ends every session. Nobody is signed in by it.
 *
 * 1. Parse; the two passwords are equal.
 * 2. Count: the network; then the email, whether or not anybody owns it.
 * 3. Compare the code; what does not match is a try of its request, counted in the same step. A
 *    match is none, nor one of the email: a weak password afterwards locks nobody out.
 * 4. The code lives: it was neither used nor superseded, and its user is not disabled.
 * 5. The new password, as {@link setPassword} sets it.
 *
 * Whatever is wrong with request, email or code is one answer, by the same calls for every email.
 */
export async function resetPasswordByCode(
  context: Context,
  input: ResetPasswordByCodeInput,
  client: Client,
): Promise<void> {
  const { requestId, email, code, newPassword, confirmPassword } = parseInput(
    resetPasswordByCodeInput,
    input,
  );
  if (confirmPassword !== undefined && confirmPassword !== newPassword) {
    throw new AuthError("password_mismatch");
  }
  await countNetwork(context, client, ["resetByNetwork"]);
  const subject = { kind: "email", value: email } as const;
  const counted = await countAttempt(context, client, subject, ["resetCodeByEmail"]);

  const digest = resetCodeDigest(context.keys, { requestId, email, code });
  const attempt = {
    emailKey: resetCodeKey(context.keys, email),
    registrationId: requestId,
    digest,
  };
  const tries = { perRegistration: triesPerResetCode, perEmail: triesPerResetCode };
  const tried = await context.codes.attempt(attempt, tries, context.clock.now());
  if (tried.outcome !== "matched") throw new AuthError("invalid_code");
  await release(context, counted);

  const user = await context.users.findByEmail(email);
  if (user === null) throw new AuthError("invalid_code");
  const standing = await context.users.inspectReset(user.id, digest, context.clock.now());
  if (standing.outcome === "gone") throw new AuthError("invalid_code");
  await setPassword(context, { user, digest, newPassword, gone: "invalid_code" });
}
