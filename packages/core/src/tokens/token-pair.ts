import type { Session } from "../domain/session.ts";
import type { AccessTokens } from "./access-token.ts";
import type { RefreshTokens } from "./refresh-token.ts";

/** What a sign-in or a renewal answers. */
export interface TokenPair {
  /** A JWT for `Authorization: Bearer` (RFC 9068). */
  readonly accessToken: string;
  /** A JWT for `renew` alone. */
  readonly refreshToken: string;
  /** How the access token is sent (RFC 6750). */
  readonly tokenType: "Bearer";
  /** Seconds the access token still lives. */
  readonly expiresIn: number;
  /** Seconds the refresh token still lives, unless it is used before. */
  readonly refreshExpiresIn: number;
}

/** The pair of a session's current generation; the same generation, the same pair. */
export async function issueTokenPair(
  tokens: { readonly access: AccessTokens; readonly refresh: RefreshTokens },
  session: Session,
  tag: string,
  now: Date,
): Promise<TokenPair> {
  const [access, refresh] = await Promise.all([
    tokens.access.issue(session, tag),
    tokens.refresh.issue(session),
  ]);
  const second = Math.floor(now.getTime() / 1000);
  return {
    accessToken: access.token,
    refreshToken: refresh.token,
    tokenType: "Bearer",
    expiresIn: Math.max(0, access.exp - second),
    refreshExpiresIn: Math.max(0, refresh.exp - second),
  };
}
