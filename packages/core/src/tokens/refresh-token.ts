import * as z from "zod";
import { idField } from "../domain/fields.ts";
import type { Session } from "../domain/session.ts";
import type { IssuedToken } from "./access-token.ts";
import { readToken, signToken, timeField, type ReadToken, type TokenRules } from "./jws.ts";
import type { KeyRing } from "./keys.ts";

/** The claims of a refresh token: the session and the generation it renews. */
export interface RefreshClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly sid: string;
  readonly gen: number;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

export interface RefreshTokenSettings {
  readonly ring: KeyRing;
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
}

export interface RefreshTokens {
  /** The refresh token of a session's current generation; the same generation, the same claims. */
  issue(session: Session): Promise<IssuedToken>;
  /** The claims of a refresh token of ours, or null. */
  read(token: string, now: Date): Promise<ReadToken<RefreshClaims> | null>;
}

/** No configuration makes a session outlive 90 days. */
export const maxSessionTtlSeconds: number = 90 * 86_400;

const typ = "rt+jwt";

export function makeRefreshTokens(settings: RefreshTokenSettings): RefreshTokens {
  const { ring, issuer, clockToleranceSeconds } = settings;
  // Only whoever issued it takes it back (RFC 8725, section 3.9).
  const audience = `${issuer}#renew`;
  const rules: TokenRules<RefreshClaims> = {
    typ,
    ring,
    maxTtlSeconds: maxSessionTtlSeconds,
    clockToleranceSeconds,
    claims: z.object({
      iss: z.literal(issuer),
      aud: z.literal(audience),
      sub: idField,
      sid: idField,
      gen: z.int().nonnegative(),
      jti: z.string(),
      iat: timeField,
      exp: timeField,
    }),
  };
  return {
    async issue(session) {
      const { id: sid, userId: sub, generation: gen } = session;
      const iat = Math.floor(session.rotatedAt.getTime() / 1000);
      const ends = [session.idleExpiresAt, session.expiresAt].map((end) => end.getTime() / 1000);
      const exp = Math.floor(Math.min(...ends));
      const claims = {
        iss: issuer,
        aud: audience,
        sub,
        sid,
        gen,
        jti: `${sid}.${gen}.r`,
        iat,
        exp,
      };
      return { token: await signToken(ring, typ, claims), exp };
    },
    read: (token, now) => readToken(token, rules, now),
  };
}
