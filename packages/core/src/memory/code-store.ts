import type { AttemptLimits, AttemptOutcome, CodeStore } from "../ports/code-store.ts";
import { sweeper } from "./sweep.ts";

const poolMs = 24 * 60 * 60 * 1000;

interface ClaimCode {
  readonly registrationId: string;
  digest: string;
  sequence: number;
  expiresAt: Date;
  claimExpiresAt: Date;
  tries: number;
}

interface EmailCodes {
  readonly claims: Map<string, ClaimCode>;
  /** While the future: more than one claim stood at once, and one of them still may. */
  several: boolean;
  latestClaimEnd: Date;
  pool: { count: number; readonly endsAt: Date } | null;
}

export function memoryCodes(): CodeStore {
  const emails = new Map<string, EmailCodes>();

  const drop = (key: string, email: EmailCodes, now: Date): void => {
    for (const claim of email.claims.values()) {
      if (claim.claimExpiresAt <= now) email.claims.delete(claim.registrationId);
    }
    if (email.latestClaimEnd <= now) email.several = false;
    if (email.pool !== null && email.pool.endsAt <= now) email.pool = null;
    const empty = email.claims.size === 0 && !email.several && email.pool === null;
    if (empty) emails.delete(key);
  };
  const sweep = sweeper(emails, drop);
  const remembered = (key: string, now: Date): EmailCodes | undefined => {
    const email = emails.get(key);
    if (email !== undefined) drop(key, email, now);
    return emails.get(key);
  };
  const create = (key: string): EmailCodes => {
    const email: EmailCodes = {
      claims: new Map(),
      several: false,
      latestClaimEnd: new Date(0),
      pool: null,
    };
    emails.set(key, email);
    return email;
  };

  return {
    async put({ emailKey, registrationId, digest, sequence, expiresAt, claimExpiresAt }, now) {
      sweep(now);
      const email = remembered(emailKey, now) ?? create(emailKey);
      const claim = email.claims.get(registrationId);
      if (claim === undefined) {
        if (email.claims.size > 0) email.several = true;
        email.claims.set(registrationId, {
          registrationId,
          digest,
          sequence,
          expiresAt: new Date(expiresAt),
          claimExpiresAt: new Date(claimExpiresAt),
          tries: 0,
        });
      } else {
        if (sequence === claim.sequence) return digest === claim.digest ? "kept" : "superseded";
        if (sequence < claim.sequence) return "superseded";
        claim.digest = digest;
        claim.sequence = sequence;
        claim.expiresAt = new Date(expiresAt);
        claim.claimExpiresAt = later(claim.claimExpiresAt, claimExpiresAt);
      }
      email.latestClaimEnd = later(email.latestClaimEnd, claimExpiresAt);
      return "kept";
    },

    async attempt({ emailKey, digest, registrationId }, limits, now) {
      sweep(now);
      const email = remembered(emailKey, now);
      if (registrationId === undefined) {
        return attemptOfEmail(email ?? create(emailKey), digest, limits, now);
      }
      const claim = email?.claims.get(registrationId);
      if (email === undefined || claim === undefined) return { outcome: "absent" };
      if (claim.tries >= limits.perRegistration) return { outcome: "exhausted" };
      const isStanding = now < claim.expiresAt;
      if (isStanding && claim.digest === digest) {
        return { outcome: "matched", registrationId, several: email.several };
      }
      claim.tries += 1;
      return { outcome: isStanding ? "wrong" : "absent" };
    },
  };
}

/** Without a registration's id: any claim may match, but strangers' tries come out of one pool. */
function attemptOfEmail(
  email: EmailCodes,
  digest: string,
  limits: AttemptLimits,
  now: Date,
): AttemptOutcome {
  if ((email.pool?.count ?? 0) >= limits.perEmail) return { outcome: "exhausted" };
  const standing = [...email.claims.values()].filter((claim) => now < claim.expiresAt);
  const open = standing.filter((claim) => claim.tries < limits.perRegistration);
  const [newest] = open
    .filter((claim) => claim.digest === digest)
    .toSorted((one, other) => other.sequence - one.sequence);
  if (newest !== undefined) {
    const { registrationId } = newest;
    return { outcome: "matched", registrationId, several: email.several };
  }
  email.pool ??= { count: 0, endsAt: new Date(now.getTime() + poolMs) };
  email.pool.count += 1;
  if (standing.length === 0) return { outcome: "absent" };
  return { outcome: open.length === 0 ? "exhausted" : "wrong" };
}

function later(one: Date, other: Date): Date {
  return new Date(Math.max(one.getTime(), other.getTime()));
}
