import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import type { User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import { countAttempt, countNetwork } from "../../limits.ts";
import { setPassword } from "./set-password.ts";

/** What every way to use a link up is given, parsed. */
export interface LinkFields {
  readonly token: string;
  readonly newPassword: string;
  readonly confirmPassword?: string | undefined;
}

/** Throws unless whoever holds the link has proven the rest too. */
export type Proof = (found: { readonly user: User; readonly digest: string }) => void;

/**
 * The steps of every reset by a link, once its input is parsed.
 *
 * 1. The two passwords are equal.
 * 2. Count the network.
 * 3. Read the token: forged is `invalid_token` even when also expired; then the time it names.
 * 4. Count the link's tries, before anything is compared.
 * 5. The link lives: used, superseded and expired are one answer.
 * 6. The proof: the user's current email, or the form's link.
 * 7. The new password, as {@link setPassword} sets it; like 1 and 6 its policy uses no link up.
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

  const link = await context.tokens.reset?.read(token, context.clock.now());
  if (link === undefined || link === null) throw new AuthError("invalid_token");
  if (link.expired) throw new AuthError("expired_token");
  const { userId, digest } = link;
  await countAttempt(context, client, { kind: "link", value: digest }, ["resetByLink"]);

  const standing = await context.users.inspectReset(userId, digest, context.clock.now());
  if (standing.outcome === "gone") throw new AuthError("expired_token");
  const user = await context.users.findById(userId);
  if (user === null) throw new AuthError("expired_token");
  prove({ user, digest });
  await setPassword(context, { user, digest, newPassword, gone: "expired_token" });
}
