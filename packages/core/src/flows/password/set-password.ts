import { emit, type Context } from "../../context.ts";
import { checkPassword } from "../../domain/password-policy.ts";
import type { User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler, sendNotice } from "../../intents.ts";
import { forgetCounts } from "../../limits.ts";

/** A reset that was proven, by whatever lies behind the digest. */
export interface ProvenReset {
  readonly user: User;
  readonly digest: string;
  readonly newPassword: string;
  /** The answer to whoever comes second. */
  readonly gone: "expired_token" | "invalid_code";
}

/**
 * The last steps of every reset.
 *
 * 1. The policy; it does not use the link or the code up.
 * 2. Hash.
 * 3. Close the sessions of this epoch: if their store is down, nothing has changed yet.
 * 4. Use the link or the code up, set the hash, raise the epoch: one step.
 * 5. Close again, for what was opened between 3 and 4; the job of 4 does it if we die here.
 *    With it, forget what strangers counted against logins by this email.
 */
export async function setPassword(
  context: Context,
  { user, digest, newPassword, gone }: ProvenReset,
): Promise<void> {
  const userId = user.id;
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
  if (reset.outcome === "gone") throw new AuthError(gone);
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
