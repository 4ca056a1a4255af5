import * as z from "zod";
import type { Context } from "../../context.ts";
import { parseInput, tokenField } from "../../domain/fields.ts";
import type { Caller } from "../../domain/session.ts";
import { AuthError } from "../../errors.ts";

/** What a request carries. */
export interface AuthenticateInput {
  /** The access token, without `Bearer`. */
  readonly accessToken: string;
}

export const authenticateInput: z.ZodType<AuthenticateInput> = z.strictObject({
  accessToken: tokenField,
});

/**
 * What {@link authenticate} would answer without asking anybody; null where it has to ask, or would
 * refuse.
 */
export function recallCaller(context: Context, accessToken: string): Caller | null {
  const now = context.clock.now();
  const claims = context.tokens.access.recall(accessToken, now);
  if (claims === null || !context.recall(claims.sub, claims.sid, now)) return null;
  return { userId: claims.sub, tag: claims.tag, sessionId: claims.sid };
}

/**
 * Whose request this is: made for each authenticated request.
 *
 * 1. Verify the token: signature, type, issuer, audience, times, form of the claims.
 * 2. Find its session, which ends with logout, reset, change of password or disabling (ASVS 7.4.1).
 *    Alone of all flows this one may believe the near cache, if there is one.
 */
export async function authenticate(context: Context, input: AuthenticateInput): Promise<Caller> {
  const { accessToken } = parseInput(authenticateInput, input);
  const now = context.clock.now();
  const token = await context.tokens.access.read(accessToken, now);
  if (token === null || token.expired) throw new AuthError("invalid_token");

  const { sub: userId, sid: sessionId, tag } = token.claims;
  const session = await context.near.find(userId, sessionId, now);
  if (session === null) throw new AuthError("invalid_token");
  return { userId, tag, sessionId };
}
