import { isUtf8 } from "node:buffer";
import { CompactSign, compactVerify, errors } from "jose";
import * as z from "zod";
import type { KeyRing } from "./keys.ts";
import { sharedPayload, signShared } from "./shared-key.ts";

/** Longer texts are refused before anything is parsed. */
const maxLength = 8192;

/** What every token of ours must say about itself. */
export interface TokenRules<Claims> {
  /** The header's `typ`, exactly (RFC 8725, section 3.11). */
  readonly typ: string;
  readonly ring: KeyRing;
  readonly claims: z.ZodType<Claims>;
  /** The longest life a token of this type can have, in seconds. */
  readonly maxTtlSeconds: number;
  readonly clockToleranceSeconds: number;
}

/** What every token says about its own time, in seconds. */
export interface TimeClaims {
  readonly iat: number;
  readonly exp: number;
}

/** A token that is ours: its claims, and whether its time is over. */
export interface ReadToken<Claims> {
  readonly claims: Claims;
  readonly expired: boolean;
}

/** Times as NumericDate that no arithmetic can bend: safe, positive integers. */
export const timeField: z.ZodType<number> = z.int().positive();

const headerForm = z.strictObject({ alg: z.string(), kid: z.string(), typ: z.string() });

/** Signs claims as a JWS whose header has `alg`, `kid` and `typ` and nothing else. */
export async function signToken(ring: KeyRing, typ: string, claims: object): Promise<string> {
  const { algorithm, kid, sign } = ring.signing;
  const payload = JSON.stringify(claims);
  if (algorithm === "HS256") return signShared(ring.signing, typ, payload);
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: algorithm, kid, typ })
    .sign(sign);
}

/**
 * The claims of a token of ours, or null for every other text. The signature is checked before
 * anything is believed; the key, and with it the algorithm, is found by `kid` in memory alone
 * (RFC 8725, sections 3.1 and 3.10). An expired token is answered as such, so that a caller can
 * tell it from a forged one.
 */
export async function readToken<Claims extends TimeClaims>(
  token: string,
  rules: TokenRules<Claims>,
  now: Date,
): Promise<ReadToken<Claims> | null> {
  if (token.length > maxLength) return null;
  const payload = await verifiedPayload(token, rules);
  const parsed = payload === null ? null : rules.claims.safeParse(payload);
  return parsed === null || !parsed.success ? null : atTime(parsed.data, rules, now);
}

/** Verified claims as they stand at an instant, or null where their times make no sense. */
export function atTime<Claims extends TimeClaims>(
  claims: Claims,
  rules: Pick<TokenRules<Claims>, "maxTtlSeconds" | "clockToleranceSeconds">,
  now: Date,
): ReadToken<Claims> | null {
  const seconds = now.getTime() / 1000;
  const lifetime = claims.exp - claims.iat;
  const sane = lifetime > 0 && lifetime <= rules.maxTtlSeconds;
  if (!sane || claims.iat > seconds + rules.clockToleranceSeconds) return null;
  return { claims, expired: claims.exp <= seconds - rules.clockToleranceSeconds };
}

/** What we signed ourselves by a shared secret is known at once; jose judges everything else. */
async function verifiedPayload(token: string, rules: TokenRules<unknown>): Promise<unknown> {
  try {
    const own = sharedPayload(token, rules.ring, rules.typ);
    const payload = own === undefined ? await josePayload(token, rules) : own;
    return payload !== null && isUtf8(payload) ? JSON.parse(Buffer.from(payload).toString()) : null;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function josePayload(token: string, rules: TokenRules<unknown>): Promise<Uint8Array> {
  const { payload } = await compactVerify(token, (untrusted) => {
    const header = headerForm.safeParse(untrusted);
    const key = header.success ? rules.ring.byId.get(header.data.kid) : undefined;
    if (!header.success || header.data.typ !== rules.typ || key?.algorithm !== header.data.alg) {
      throw new errors.JWSInvalid("not a token of this kind");
    }
    return key.verify;
  });
  return payload;
}
