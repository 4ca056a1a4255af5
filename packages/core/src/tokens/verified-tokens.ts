import { LRUCache } from "lru-cache";
import { atTime, readToken, type ReadToken, type TimeClaims, type TokenRules } from "./jws.ts";

/** Reads tokens of one kind. */
export interface TokenReader<Claims> {
  /** The claims of a token that is remembered as verified, and has not expired; or null. */
  recall(token: string, now: Date): Claims | null;
  read(token: string, now: Date): Promise<ReadToken<Claims> | null>;
}

/** Longer tokens, such as a very long issuer makes, are verified each time. */
const longestKept = 2048;

/** As RFC 7515 (section 3.1) spells a token: other spellings are verified each time. */
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** How much of a token's end finds it: hashing all of it took half the time of a request. */
const keyLength = 43;

interface Verified<Claims> {
  readonly token: string;
  readonly claims: Claims;
}

/**
 * Reads tokens, and remembers the claims of those that are ours by their exact text until they
 * expire. Times are compared anew at each reading; a refusal is never remembered, so a flood of
 * forged tokens takes no room.
 *
 * @param entries tokens remembered at most; those used longest ago are forgotten first
 */
export function rememberingVerified<Claims extends TimeClaims>(
  rules: TokenRules<Claims>,
  entries: number,
): TokenReader<Claims> {
  const verified = new LRUCache<string, Verified<Claims>>({ max: entries });
  const known = (token: string): Claims | null => {
    const found = verified.get(token.slice(-keyLength));
    return found !== undefined && found.token === token ? found.claims : null;
  };
  return {
    recall(token, now) {
      const claims = known(token);
      const read = claims === null ? null : atTime(claims, rules, now);
      return read === null || read.expired ? null : read.claims;
    },
    async read(token, now) {
      const claims = known(token);
      if (claims !== null) {
        const read = atTime(claims, rules, now);
        if (read?.expired === true) verified.delete(token.slice(-keyLength));
        return read;
      }
      const read = await readToken(token, rules, now);
      if (read !== null && !read.expired && isKept(token)) {
        const own = ownCopy(token);
        verified.set(own.slice(-keyLength), { token: own, claims: Object.freeze(read.claims) });
      }
      return read;
    },
  };
}

function isKept(token: string): boolean {
  return token.length <= longestKept && compactForm.test(token);
}

/** A part of a longer text keeps the whole of it in memory; this does not. */
function ownCopy(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}
