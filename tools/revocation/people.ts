import { createHash, randomUUID } from "node:crypto";
import { beginSession, type Session } from "../../packages/core/src/domain/session.ts";
import type { SessionStore } from "../../packages/core/src/ports.ts";
import { makeAccessTokens } from "../../packages/core/src/tokens/access-token.ts";
import { makeKeys } from "../../packages/core/src/tokens/keys.ts";

export const publicUrl = "https://id.example.org";
export const secret: string = createHash("sha256").update("revocation").digest("base64url");

const lifetimes = { refreshIdleSeconds: 86_400, sessionTtlSeconds: 86_400 };
const tokens = makeAccessTokens({
  ring: makeKeys([secret], undefined).access,
  ...{ issuer: publicUrl, audience: publicUrl, ttlSeconds: 3600, clockToleranceSeconds: 5 },
});

/** Somebody signed in: a session of a user of its own, and its access token. */
export interface SignedIn {
  readonly session: Session;
  readonly token: string;
}

export async function signIn(sessions: SessionStore): Promise<SignedIn> {
  const now = new Date();
  const of = { id: randomUUID(), userId: randomUUID(), epoch: 0, ip: "192.0.2.1", agent: "test" };
  const session = beginSession(of, lifetimes, now);
  await sessions.open(session, 10, now);
  return { session, token: (await tokens.issue(session, "ada")).token };
}
