import type { Keys } from "./keys.ts";
import { linkDigest, type ResetTokens } from "./reset-token.ts";

/**
 * A user's id, a dot, 32 bytes as base64url: the only spelling that is read. The last character
 * carries four bits, so that each value of the bytes is written in one way.
 */
const spelling =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/**
 * Tokens that say nothing but whose link it is: the store alone knows whether it was ever given out
 * and until when it lives. The bytes follow from the job by an HMAC under a key of their own, so
 * that a retried job mails the same link; to whoever lacks the key they are random.
 */
export function makeOpaqueResetTokens(keys: Keys, ttlSeconds: number): ResetTokens {
  return {
    async issue(userId, jobId, requestedAt) {
      const secret = keys.mac("jobs", "opaque reset link", jobId).toString("base64url");
      const asked = Math.floor(requestedAt.getTime() / 1000);
      return {
        token: `${userId}.${secret}`,
        digest: linkDigest(secret),
        expiresAt: new Date((asked + ttlSeconds) * 1000),
      };
    },
    async read(token) {
      const [, userId, secret] = spelling.exec(token) ?? [];
      if (userId === undefined || secret === undefined) return null;
      return { userId, digest: linkDigest(secret), expired: false };
    },
  };
}
