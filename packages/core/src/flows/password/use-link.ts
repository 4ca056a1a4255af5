import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { checkPassword } from "../../domain/password-policy.ts";
import type { User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler, sendNotice } from "../../intents.ts";
import { countAttempt, countNetwork, forgetCounts } from "../../limits.ts";

/** What every way to use a link up is given, parsed. */
export interface LinkFields {
  readonly token: string;
  readonly newPassword: string;
  readonly confirmPassword?: string | undefined;
}

/** Throws unless whoever holds the link has proven the rest too. */
export type Proof = (found: { readonly user: User; readonly digest: string }) => void;

/**
 * The steps of every reset, once its input is parsed.
 *
 * 1. The two passwords are equal.
 * 2. Count the network.
 * 3. Read the token: forged is `invalid_token` even when also expired; then the time it names.
 * 4. Count the link's tries, before anything is compared.
 * 5. The link lives: used, superseded and expired are one answer.
 * 6. The proof: the user's current email, or the form's link.
 * 7. The policy; like 1 and 6 it does not use the link up.
 * 8. Hash.
 * 9. Close the sessions of this epoch: if their store is down, nothing has changed yet.
 * 10. Use the link up, set the hash, raise the epoch: one step.
 * 11. Close again, for what was opened between 9 and 10; the job of 10 does it if we die here.
 *     With it, forget what strangers counted against logins by this email.
 */
export async function useLink(
  context: Context,
  client: Client,
  { token, newPassword, confirmPassword }: LinkFields,
  prove: Proof,
): Promise<void> {
  if (confirmPassword !== undefined && confirmPassword !== newPassword) {
    throw new AuthError("password_mismatch");
  }
  await countNetwork(context, client, ["resetByNetwork"]);

  const link = await context.tokens.reset.read(token, context.clock.now());
  if (link === null) throw new AuthError("invalid_token");
  if (link.expired) throw new AuthError("expired_token");
  const { userId, digest } = link;
  await countAttempt(context, client, { kind: "link", value: digest }, ["resetByLink"]);

  const standing = await context.users.inspectReset(userId, digest, context.clock.now());
  if (standing.outcome === "gone") throw new AuthError("expired_token");
  const user = await context.users.findById(userId);
  if (user === null) throw new AuthError("expired_token");
  prove({ user, digest });
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
