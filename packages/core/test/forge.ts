// Tokens made by hand with node:crypto alone, so that a test can sign what the library never would.
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Session } from "../src/domain/session.ts";
import { makeAccessTokens, type AccessTokens } from "../src/tokens/access-token.ts";
import { makeKeys, type Key, type Keys, type PrivateJwk } from "../src/tokens/keys.ts";
import { makeRefreshTokens, type RefreshTokens } from "../src/tokens/refresh-token.ts";
import { makeResetTokens, type ResetTokens } from "../src/tokens/reset-token.ts";

export const now = new Date("2026-01-01T00:00:00Z");
export const second: number = now.getTime() / 1000;
export const issuer = "https://accounts.example.com";
export const audience = "https://api.example.com";
export const userId = "3f0e8a52-5a3e-4c51-8f5d-0c4f6b8f9a10";
export const sessionId = "9b1d7c34-2f6b-4a88-b7c1-5e2a90d3c6f7";

/** Secrets for tests: random once, the same ever since. */
export const secrets = {
  newest: "k3rX0c9TqvJw1uYhP5mZ7bLd2NfS8aGeR6tVxQyUiKo",
  older: "Zt4Qm8Wn1Rb6Yv0Jc5Xk9Ls3Hd7Gf2PaEuOiTyMqNzA",
  foreign: "v9B2xM6qTz0LrW4cYh8Kj1SdPn5FgUa7EoIyXtRkQmE",
} as const;

export const keyTypes = ["OKP", "EC", "oct"] as const;

/** A fresh private key as it stands in a key file. */
export function aPrivateJwk(type: (typeof keyTypes)[number]): PrivateJwk {
  if (type === "oct") return { kty: "oct", k: secrets.foreign };
  const pair =
    type === "OKP"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...pair.privateKey.export({ format: "jwk" }) };
}

export function aSession(of: Partial<Session> = {}): Session {
  return {
    id: sessionId,
    userId,
    epoch: 0,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    idleExpiresAt: later(7 * 86_400),
    expiresAt: later(30 * 86_400),
    ip: "192.0.2.1",
    agent: "Firefox/Linux",
    ...of,
  };
}

export function later(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

export interface AllTokens {
  readonly access: AccessTokens;
  readonly refresh: RefreshTokens;
  readonly reset: ResetTokens;
}

/** The three kinds of token over one set of keys, with the default lifetimes. */
export function tokensOf(keys: Keys): AllTokens {
  const common = { issuer, clockToleranceSeconds: 5 };
  return {
    access: makeAccessTokens({ ...common, ring: keys.access, audience, ttlSeconds: 600 }),
    refresh: makeRefreshTokens({ ...common, ring: keys.refresh }),
    reset: makeResetTokens({ ...common, keys, ttlSeconds: 1800 }),
  };
}

/** Bytes as they are, other values as JSON, in base64url. */
export function encode(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : JSON.stringify(value);
  return Buffer.from(bytes).toString("base64url");
}

/** What a part of a token says, unverified. */
export function decode(token: string, part: 0 | 1): Record<string, unknown> {
  const text = Buffer.from(token.split(".")[part] ?? "", "base64url").toString();
  return JSON.parse(text) as Record<string, unknown>;
}

/** The signature of an algorithm over a text, with whatever key. */
export function signatureOf(algorithm: string, key: KeyObject | string, text: string): Buffer {
  if (algorithm === "HS256") return createHmac("sha256", key).update(text).digest();
  const data = Buffer.from(text);
  if (algorithm === "EdDSA") return sign(null, data, key);
  return sign("sha256", data, { key: key as KeyObject, dsaEncoding: "ieee-p1363" });
}

/** A token with a true signature of `key` over any header and any payload. */
export function forge(key: Key, header: unknown, payload: unknown): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${signatureOf(key.algorithm, key.sign, signed).toString("base64url")}`;
}

/** The claims of a good access token. */
export const accessClaims = {
  iss: issuer,
  aud: audience,
  sub: userId,
  iat: second,
  exp: second + 600,
  jti: "j",
  sid: sessionId,
  tag: "ada",
} as const;

/** A good access token signed by hand with a key of a type, and what it takes to sign others. */
export function signedBy(type: (typeof keyTypes)[number]): {
  readonly keys: Keys;
  readonly key: Key;
  readonly header: { readonly alg: string; readonly kid: string; readonly typ: string };
  readonly good: string;
} {
  const keys = makeKeys([secrets.newest], { keys: [aPrivateJwk(type)] });
  const key = keys.access.signing;
  const header = { alg: key.algorithm, kid: key.kid, typ: "at+jwt" };
  return { keys, key, header, good: forge(key, header, accessClaims) };
}
