import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, parseInput, passwordField, tokenField } from "../../domain/fields.ts";
import { checkPassword } from "../../domain/password-policy.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler, sendNotice } from "../../intents.ts";
import { countAttempt, forgetCounts } from "../../limits.ts";

export interface ResetPasswordInput {
  /** The token of the mailed link. */
  readonly token: string;
  /** The user's own email: a found link alone resets nothing. */
  readonly email: string;
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
 *
 * 1. Parse; the two passwords are equal.
 * 2. Count the network.
 * 3. Verify the token: forged is `invalid_token` even when also expired; then its time.
 * 4. Count the link's tries, before anything is compared.
 * 5. The link lives: used, superseded and expired are one answer.
 * 6. The email is the user's current one.
 * 7. The policy; like 1 and 6 it does not use the link up.
 * 8. Hash.
 * 9. Close the sessions of this epoch: if their store is down, nothing has changed yet.
 * 10. Use the link up, set the hash, raise the epoch: one step.
 * 11. Close again, for what was opened between 9 and 10; the job of 10 does it if we die here.
 *     With it, forget what strangers counted against logins by this email.
 */
export async function resetPassword(
  context: Context,
  input: ResetPasswordInput,
  client: Client,
): Promise<void> {
  const { token, email, newPassword, confirmPassword } = parseInput(resetPasswordInput, input);
  if (confirmPassword !== undefined && confirmPassword !== newPassword) {
    throw new AuthError("password_mismatch");
  }
  await countAttempt(context, client, { kind: "network", value: client.network }, [
    "resetByNetwork",
  ]);

  const link = await context.tokens.reset.read(token, context.clock.now());
  if (link === null) throw new AuthError("invalid_token");
  if (link.expired) throw new AuthError("expired_token");
  const { digest } = link;
  const userId = link.claims.sub;
  await countAttempt(context, client, { kind: "link", value: digest }, ["resetByLink"]);

  if ((await context.users.inspectReset(userId, digest, context.clock.now())) === "gone") {
    throw new AuthError("expired_token");
  }
  const user = await context.users.findById(userId);
  if (user === null) throw new AuthError("expired_token");
  if (user.email !== email) throw new AuthError("email_mismatch");
  const fields = checkPassword(newPassword, user, context.policy, "newPassword");
  if (fields.length > 0) throw new AuthError("weak_password", { fields });
  const passwordHash = await context.hasher.hash(newPassword);

  await context.sessions.closeAll(userId, { before: user.epoch + 1 });
  const now = context.clock.now();
  const jobs = [
    closeSessions(context, userId, now),
    sendNotice(context, userId, now),
    ...runHandler(context, "reset.completed", userId, now, { linkId: digest }),
    ...runHandler(context, "password.changed", userId, now),
  ];
  const reset = await context.users.resetPassword({ userId, digest, passwordHash, jobs }, now);
  if (reset.outcome === "gone") throw new AuthError("expired_token");
  // Whoever proved the mailbox must not find the door still used up by strangers. The tag's door
  // stays as it is: opening both at once would tell which tag belongs to which email.
  const door = { kind: "email", value: user.email } as const;
  await Promise.all([
    context.sessions.closeAll(userId, { before: reset.epoch }),
    forgetCounts(context, door, ["loginByIdentifier"]),
  ]);

  emit(context, "reset.completed", { userId, linkId: digest });
  emit(context, "password.changed", { userId });
}
