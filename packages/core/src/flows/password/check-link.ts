import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { parseInput, tokenField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { countAttempt } from "../../limits.ts";

export interface CheckResetLinkInput {
  readonly token: string;
}

export interface ResetLinkStanding {
  readonly expiresAt: Date;
}

export const checkResetLinkInput: z.ZodType<CheckResetLinkInput> = z.strictObject({
  token: tokenField,
});

/** Whether a reset would find the link alive; changes nothing and refuses as a reset does. */
export async function checkResetLink(
  context: Context,
  input: CheckResetLinkInput,
  client: Client,
): Promise<ResetLinkStanding> {
  const { token } = parseInput(checkResetLinkInput, input);
  await countAttempt(context, client, { kind: "network", value: client.network }, [
    "resetByNetwork",
  ]);
  const now = context.clock.now();
  const link = await context.tokens.reset.read(token, now);
  if (link === null) throw new AuthError("invalid_token");
  if (link.expired) throw new AuthError("expired_token");
  const standing = await context.users.inspectReset(link.claims.sub, link.digest, now);
  if (standing === "gone") throw new AuthError("expired_token");
  return { expiresAt: new Date(link.claims.exp * 1000) };
}
