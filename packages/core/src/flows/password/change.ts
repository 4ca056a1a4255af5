import * as z from "zod";
import { emit, newId, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { callerField, parseInput, passwordField } from "../../domain/fields.ts";
import { checkPassword } from "../../domain/password-policy.ts";
import { beginSession, type Caller } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler, sendNotice } from "../../intents.ts";
import { countAttempt } from "../../limits.ts";
import { issueTokenPair, type TokenPair } from "../../tokens/token-pair.ts";

/** A new password, and the proof that its owner asks. */
export interface ChangePasswordInput {
  /** Whoever is signed in, out of `authenticate`. */
  readonly caller: Caller;
  /** As typed. An account without a password has none: it is reset instead. */
  readonly currentPassword: string;
  /** 15–128 code points by default. */
  readonly newPassword: string;
  /** When given, it must equal `newPassword`. */
  readonly confirmPassword?: string | undefined;
}

export const changePasswordInput: z.ZodType<ChangePasswordInput> = z.strictObject({
  caller: callerField,
  currentPassword: passwordField,
  newPassword: passwordField,
  confirmPassword: passwordField.optional(),
});

/**
 * Changes the password of whoever is signed in; every earlier session and open link ends, and a
 * fresh session takes this one's place.
 *
 * 1. Parse; the two new passwords are equal.
 * 2. Read the caller's session from its store, for the epoch it stands in, and the user.
 * 3. Count by session: neither strangers' failures nor another session's block it.
 * 4. Verify the current password (ASVS 6.2.3); check the new one; hash it.
 * 5. Set the hash and raise the epoch, guarded by the session's.
 * 6. Close every earlier session.
 * 7. Open a fresh one and commit it in the new epoch; else close it again.
 */
export async function changePassword(
  context: Context,
  input: ChangePasswordInput,
  client: Client,
): Promise<TokenPair> {
  const { caller, currentPassword, newPassword, confirmPassword } = parseInput(
    changePasswordInput,
    input,
  );
  if (confirmPassword !== undefined && confirmPassword !== newPassword) {
    throw new AuthError("password_mismatch");
  }
  const { userId, sessionId } = caller;
  const session = await context.sessions.find(userId, sessionId, context.clock.now());
  const user = session === null ? null : await context.users.findById(userId);
  if (session === null || user === null) throw new AuthError("invalid_token");
  await countAttempt(context, client, { kind: "session", value: sessionId }, [
    "changePasswordBySession",
    "changePasswordBySessionDaily",
  ]);

  const hash = user.passwordHash ?? context.hasher.dummy(context.random.bytes(16));
  if (!(await context.hasher.verify(hash, currentPassword))) throw new AuthError("wrong_password");
  const fields = checkPassword(newPassword, user, context.policy, "newPassword");
  if (fields.length > 0) throw new AuthError("weak_password", { fields });
  const passwordHash = await context.hasher.hash(newPassword);

  const now = context.clock.now();
  const jobs = [
    closeSessions(context, userId, now),
    sendNotice(context, userId, now),
    ...runHandler(context, "password.changed", userId, now),
    // Of the open link, which the store knows.
    ...runHandler(context, "reset.ended", userId, now),
  ];
  const request = { userId, epoch: session.epoch, passwordHash, jobs };
  const changed = await context.users.changePassword(request, now);
  if (changed.outcome === "stale") throw new AuthError("invalid_token");
  await context.sessions.closeAll(userId, { before: changed.epoch });
  emit(context, "password.changed", { userId });
  return openFresh(context, client, user, changed.epoch);
}

async function openFresh(
  context: Context,
  client: Client,
  user: User,
  epoch: number,
): Promise<TokenPair> {
  const now = context.clock.now();
  const from = { ip: client.address, agent: client.agent };
  const of = { id: newId(context), userId: user.id, epoch };
  const session = beginSession({ ...of, ...from }, context.config.tokens, now);
  await context.sessions.open(session, context.config.sessions.maxPerUser, now);
  if (!(await context.users.commitLogin(user.id, epoch, now))) {
    await context.sessions.close(user.id, session.id);
    throw new AuthError("invalid_token");
  }
  return issueTokenPair(context.tokens, session, user.tag, now);
}
