import { LRUCache } from "lru-cache";
import { atTime, readToken, type ReadToken, type TimeClaims, type TokenRules } from "./jws.ts";

/** Reads a token of one kind. */
export type TokenReader<Claims> = (token: string, now: Date) => Promise<ReadToken<Claims> | null>;

/** Longer tokens, such as a very long issuer makes, are verified each time. */
const longestKept = 2048;

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
  const verified = new LRUCache<string, Claims>({ max: entries });
  return async (token, now) => {
    const known = verified.get(token);
    if (known !== undefined) {
      const read = atTime(known, rules, now);
      if (read?.expired === true) verified.delete(token);
      return read;
    }
    const read = await readToken(token, rules, now);
    if (read !== null && !read.expired && token.length <= longestKept) {
      verified.set(ownCopy(token), Object.freeze(read.claims));
    }
    return read;
  };
}

/** A part of a longer text keeps the whole of it in memory; this does not. */
function ownCopy(token: string): string {
  return Buffer.from(token, "latin1").toString("latin1");
}
