import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { parseInput, tokenField } from "../../domain/fields.ts";
import type { User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import type { RotateOutcome } from "../../ports/session-store.ts";
import type { RefreshClaims } from "../../tokens/refresh-token.ts";
import { issueTokenPair, type TokenPair } from "../../tokens/token-pair.ts";

/** What is exchanged for the next pair. */
export interface RenewInput {
  /** The newest one, or the one before it within the grace. */
  readonly refreshToken: string;
}

export const renewInput: z.ZodType<RenewInput> = z.strictObject({ refreshToken: tokenField });

/** A close-all may have raised the epoch and not yet stamped the session it spares. */
const staleRetryMilliseconds = 50;

/**
 * Exchanges a refresh token for the next pair. Parallel renewals of one token get the same pair.
 *
 * 1. Verify the token. Garbage, expired and foreign ones end nothing.
 * 2. Read the user, who must be enabled, for the current epoch.
 * 3. Rotate the session, once more if it looked stale. A replay ends this session only
 *    (RFC 9700, section 4.14.2).
 * 4. The pair of the session's generation.
 */
export async function renew(
  context: Context,
  input: RenewInput,
  client: Client,
): Promise<TokenPair> {
  const { refreshToken } = parseInput(renewInput, input);
  const token = await context.tokens.refresh.read(refreshToken, context.clock.now());
  if (token === null || token.expired) throw new AuthError("invalid_token");

  let { user, rotated } = await rotate(context, token.claims);
  if (rotated.outcome === "stale") {
    await pause(staleRetryMilliseconds);
    ({ user, rotated } = await rotate(context, token.claims));
  }

  const about = { userId: user.id, sessionId: token.claims.sid, ip: client.address };
  if (rotated.outcome === "replayed") emit(context, "token.replayed", about);
  if (rotated.outcome !== "rotated" && rotated.outcome !== "repeated") {
    throw new AuthError("invalid_token");
  }
  emit(context, rotated.outcome === "rotated" ? "session.renewed" : "session.repeated", about);
  return issueTokenPair(context.tokens, rotated.session, user.tag, context.clock.now());
}

async function rotate(
  context: Context,
  claims: RefreshClaims,
): Promise<{ user: User; rotated: RotateOutcome }> {
  const user = await context.users.findById(claims.sub);
  if (user === null || user.disabled) throw new AuthError("invalid_token");
  const { refreshGraceSeconds: graceSeconds, refreshIdleSeconds: idleSeconds } =
    context.config.tokens;
  const request = {
    ...{ userId: user.id, sessionId: claims.sid, generation: claims.gen, epoch: user.epoch },
    ...{ graceSeconds, idleSeconds },
  };
  return { user, rotated: await context.sessions.rotate(request, context.clock.now()) };
}
