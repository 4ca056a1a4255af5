import { createHash } from "node:crypto";
import * as z from "zod";
import { idField } from "../domain/fields.ts";
import { readToken, signToken, timeField, type TokenRules } from "./jws.ts";
import type { Keys } from "./keys.ts";

/** The claims of a reset link's token. The email stays out of the link. */
export interface ResetClaims {
  readonly iss: string;
  readonly sub: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly scope: "password-reset";
}

export interface ResetTokenSettings {
  readonly keys: Keys;
  readonly issuer: string;
  readonly ttlSeconds: number;
  readonly clockToleranceSeconds: number;
}

/** A link's token, the digest that is kept of it, and its end. */
export interface ResetLinkToken {
  readonly token: string;
  readonly digest: string;
  readonly expiresAt: Date;
}

/** What a token that reads as ours says of its link. Whether the link lives is the store's to say. */
export interface ResetLinkRead {
  readonly userId: string;
  readonly digest: string;
  /** The token itself says that its time is over; an opaque one never does. */
  readonly expired: boolean;
}

/** The tokens of reset links, of one kind or another. */
export interface ResetTokens {
  /**
   * The token of the link that a job mails. It follows from the job's id and time alone, so that a
   * retried job mails the same link.
   */
  issue(userId: string, jobId: string, requestedAt: Date): Promise<ResetLinkToken>;
  /** What the token says; null for one that is forged, of another kind, or spelled otherwise. */
  read(token: string, now: Date): Promise<ResetLinkRead | null>;
}

/** No configuration makes a reset link live longer than an hour. */
export const maxResetTtlSeconds = 3600;

const typ = "reset+jwt";

/** Signed tokens: a forged one is told from one whose time is over without asking any store. */
export function makeResetTokens(settings: ResetTokenSettings): ResetTokens {
  const { keys, issuer, ttlSeconds, clockToleranceSeconds } = settings;
  const rules: TokenRules<ResetClaims> = {
    typ,
    ring: keys.reset,
    maxTtlSeconds: maxResetTtlSeconds,
    clockToleranceSeconds,
    claims: z.object({
      iss: z.literal(issuer),
      sub: idField,
      jti: z.string().length(43),
      iat: timeField,
      exp: timeField,
      scope: z.literal("password-reset"),
    }),
  };
  return {
    async issue(userId, jobId, requestedAt) {
      const jti = keys.mac("jobs", "reset link", jobId).toString("base64url");
      const iat = Math.floor(requestedAt.getTime() / 1000);
      const exp = iat + ttlSeconds;
      const claims = { iss: issuer, sub: userId, jti, iat, exp, scope: "password-reset" };
      const token = await signToken(keys.reset, typ, claims);
      return { token, digest: linkDigest(jti), expiresAt: new Date(exp * 1000) };
    },
    async read(token, now) {
      const read = await readToken(token, rules, now);
      if (read === null) return null;
      const { claims, expired } = read;
      return { userId: claims.sub, digest: linkDigest(claims.jti), expired };
    },
  };
}

/** A link's secret part holds 256 bits, so a plain digest cannot be searched (ASVS 11.5.1). */
export function linkDigest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
