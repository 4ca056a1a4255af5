import * as z from "zod";
import { idField } from "../domain/fields.ts";
import type { Session } from "../domain/session.ts";
import { readToken, signToken, timeField, type ReadToken, type TokenRules } from "./jws.ts";
import type { KeyRing } from "./keys.ts";
import { rememberingVerified, type TokenReader } from "./verified-tokens.ts";

/** The claims of an access token (RFC 9068, section 2.2): ids and the public tag, nothing else. */
export interface AccessClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly sid: string;
  readonly tag: string;
}

export interface AccessTokenSettings {
  readonly ring: KeyRing;
  readonly issuer: string;
  readonly audience: string;
  readonly ttlSeconds: number;
  readonly clockToleranceSeconds: number;
  /** Verified tokens remembered at most (0). */
  readonly remembered?: number | undefined;
}

/** A signed token and the second it ends at. */
export interface IssuedToken {
  readonly token: string;
  readonly exp: number;
}

export interface AccessTokens {
  /**
   * The access token of a session's current generation. Everything in it follows from the session
   * and the tag, so issuing a generation again gives the same claims again.
   */
  issue(session: Session, tag: string): Promise<IssuedToken>;
  /** The claims of a token that is remembered as verified; null for every other. */
  recall(token: string, now: Date): AccessClaims | null;
  /** The claims of an access token of ours, or null. */
  read(token: string, now: Date): Promise<ReadToken<AccessClaims> | null>;
}

/** No configuration makes an access token live longer than an hour. */
export const maxAccessTtlSeconds = 3600;

const typ = "at+jwt";

export function makeAccessTokens(settings: AccessTokenSettings): AccessTokens {
  const { ring, issuer, audience, ttlSeconds, clockToleranceSeconds, remembered = 0 } = settings;
  const rules: TokenRules<AccessClaims> = {
    typ,
    ring,
    maxTtlSeconds: maxAccessTtlSeconds,
    clockToleranceSeconds,
    claims: z.object({
      iss: z.literal(issuer),
      aud: z.literal(audience),
      sub: idField,
      iat: timeField,
      exp: timeField,
      jti: z.string(),
      sid: idField,
      tag: z.string(),
    }),
  };
  const reader: TokenReader<AccessClaims> =
    remembered > 0
      ? rememberingVerified(rules, remembered)
      : { recall: () => null, read: (token, now) => readToken(token, rules, now) };
  return {
    async issue(session, tag) {
      const iat = Math.floor(session.rotatedAt.getTime() / 1000);
      const end = Math.floor(session.expiresAt.getTime() / 1000);
      const exp = Math.min(iat + ttlSeconds, end);
      const { id: sid, userId: sub, generation } = session;
      const claims = {
        iss: issuer,
        aud: audience,
        sub,
        iat,
        exp,
        jti: `${sid}.${generation}.a`,
        sid,
        tag,
      };
      return { token: await signToken(ring, typ, claims), exp };
    },
    ...reader,
  };
}
