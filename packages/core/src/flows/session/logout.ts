import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { parseInput, tokenField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";

/** A session, by either of its tokens; both may be given. */
export interface LogoutInput {
  /** An expired one still names its session. */
  readonly accessToken?: string | undefined;
  /** Of any generation. */
  readonly refreshToken?: string | undefined;
}

export const logoutInput: z.ZodType<LogoutInput> = z.strictObject({
  accessToken: tokenField.optional(),
  refreshToken: tokenField.optional(),
});

/**
 * Ends the session that either token names: both tokens are dead at once.
 *
 * 1. Verify each token given; an expired one still names its session.
 * 2. Close what they name. Again is fine (RFC 7009, section 2.2).
 * 3. Neither ours: `invalid_token`.
 */
export async function logout(context: Context, input: LogoutInput, client: Client): Promise<void> {
  const { accessToken, refreshToken } = parseInput(logoutInput, input);
  const now = context.clock.now();
  const tokens = await Promise.all([
    accessToken === undefined ? null : context.tokens.access.read(accessToken, now),
    refreshToken === undefined ? null : context.tokens.refresh.read(refreshToken, now),
  ]);
  const named = new Map(
    tokens.flatMap((token) => (token === null ? [] : [[token.claims.sid, token.claims.sub]])),
  );
  if (named.size === 0) throw new AuthError("invalid_token");

  for (const [sessionId, userId] of named) {
    const closed = await context.sessions.close(userId, sessionId);
    if (closed) emit(context, "session.closed", { userId, sessionId, ip: client.address });
  }
}
