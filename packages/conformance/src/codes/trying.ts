import assert from "node:assert/strict";
import type { AttemptLimits, CodeStore, PutCodeRequest } from "@latchkey/core/ports";
import { newDigest, newId, seconds } from "../samples.ts";

export const limits: AttemptLimits = { perRegistration: 5, perEmail: 15 };
export const claimSeconds: number = 24 * 60 * 60;
export const codeSeconds: number = 10 * 60;

let sequence = 0;

/** A code of a claim made at the same instant; each is later in sequence than those before it. */
export function aCode(now: Date, own: Partial<PutCodeRequest> = {}): PutCodeRequest {
  sequence += 1;
  return {
    emailKey: newDigest(),
    registrationId: newId(),
    digest: newDigest(),
    sequence,
    expiresAt: seconds(now, codeSeconds),
    claimExpiresAt: seconds(now, claimSeconds),
    ...own,
  };
}

/** A code, kept. */
export async function aKeptCode(
  store: CodeStore,
  now: Date,
  own: Partial<PutCodeRequest> = {},
): Promise<PutCodeRequest> {
  const code = aCode(now, own);
  assert.equal(await store.put(code, now), "kept");
  return code;
}

/** The outcome of a try on a claim by its id: of its own code, or of a digest given. */
export async function tryClaim(
  store: CodeStore,
  { emailKey, registrationId, digest }: PutCodeRequest,
  now: Date,
  tried: string = digest,
): Promise<string> {
  const attempt = { emailKey, registrationId, digest: tried };
  return (await store.attempt(attempt, limits, now)).outcome;
}

/** The outcome of a try on an email alone. */
export async function tryEmail(
  store: CodeStore,
  emailKey: string,
  digest: string,
  now: Date,
): Promise<string> {
  return (await store.attempt({ emailKey, digest }, limits, now)).outcome;
}

/** Makes wrong tries on a claim until none is left. */
export async function useUp(store: CodeStore, code: PutCodeRequest, now: Date): Promise<void> {
  for (let count = 0; count < limits.perRegistration; count += 1) {
    assert.equal(await tryClaim(store, code, now, newDigest()), "wrong");
  }
}

/** Makes wrong tries on an email until its pool is empty. */
export async function useUpPool(store: CodeStore, emailKey: string, now: Date): Promise<void> {
  for (let count = 0; count < limits.perEmail; count += 1) {
    assert.notEqual(await tryEmail(store, emailKey, newDigest(), now), "exhausted");
  }
}
