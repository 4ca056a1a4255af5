import { createRemoteJWKSet, jwtVerify } from "jose";

/** Whose request it is, as the token says. */
export interface TokenCaller {
  readonly userId: string;
  readonly tag: string;
  readonly sessionId: string;
}

/**
 * Callers by their access tokens, verified with the published keys: nobody is asked for each
 * request, and nobody tells of a session that was closed since the token was issued.
 *
 * @param accounts the `publicUrl` of the service that issues them
 * @param audience its `tokens.audience`
 */
export function callersBy(
  accounts: string,
  audience: string = accounts,
): (authorization: string | undefined) => Promise<TokenCaller | null> {
  // Kept for a while, and asked for again when a token names a key that is new.
  const keys = createRemoteJWKSet(new URL(`${accounts}/.well-known/jwks.json`));
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return null;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: accounts,
        audience,
        typ: "at+jwt",
        algorithms: ["EdDSA"],
        requiredClaims: ["sub", "sid", "tag", "exp"],
        clockTolerance: 5,
      });
      const { sub: userId = "", tag, sid } = payload;
      return { userId, tag: String(tag), sessionId: String(sid) };
    } catch (error) {
      // Keys that could not be fetched are no stranger's fault: let that be a 503.
      if (error instanceof TypeError || isUnreachable(error)) throw error;
      return null;
    }
  };
}

function isUnreachable(error: unknown): boolean {
  const code: unknown = Reflect.get(Object(error), "code");
  return code === "ERR_JWKS_TIMEOUT" || code === "ERR_JOSE_GENERIC";
}
