import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { parseInput, tokenField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { countNetwork } from "../../limits.ts";

/** The link to look at. */
export interface CheckResetLinkInput {
  /** The token of the mailed link. */
  readonly token: string;
}

/** A link that lives. */
export interface ResetLinkStanding {
  /** When it ends. */
  readonly expiresAt: Date;
  /** Until then, 1 or more. */
  readonly expiresInSeconds: number;
  /** Whose password it resets. */
  readonly userId: string;
  /** Names this link and no other, without being it. */
  readonly linkDigest: string;
}

export const checkResetLinkInput: z.ZodType<CheckResetLinkInput> = z.strictObject({
  token: tokenField,
});

/**
 * Whether a reset would find the link alive; changes nothing and refuses as a reset does.
 *
 * 1. Parse.
 * 2. Count the network, as a reset does.
 * 3. Read the token: forged is `invalid_token` even when also expired; then the time it names.
 * 4. Ask whether the link lives: used, superseded and expired are one answer.
 */
export async function checkResetLink(
  context: Context,
  input: CheckResetLinkInput,
  client: Client,
): Promise<ResetLinkStanding> {
  const { token } = parseInput(checkResetLinkInput, input);
  await countNetwork(context, client, ["resetByNetwork"]);
  const now = context.clock.now();
  const link = await context.tokens.reset?.read(token, now);
  if (link === undefined || link === null) throw new AuthError("invalid_token");
  if (link.expired) throw new AuthError("expired_token");
  const { userId, digest } = link;
  const standing = await context.users.inspectReset(userId, digest, now);
  if (standing.outcome === "gone") throw new AuthError("expired_token");
  const { expiresAt } = standing;
  const left = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
  return { expiresAt, expiresInSeconds: Math.max(1, left), userId, linkDigest: digest };
}
