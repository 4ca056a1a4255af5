import type { Registration, User } from "../domain/user.ts";
import { sweeper } from "./sweep.ts";

/** The one reset link a user may have open. */
export interface KeptLink {
  readonly digest: string;
  readonly expiresAt: Date;
  /** What the first answer named, for the same call sent again. */
  readonly supersededDigest: string | null;
}

/** The newest request a link was ever kept for; of two in one instant the higher digest. */
export interface LinkRequest {
  readonly requestedAt: Date;
  readonly digest: string;
}

/** A user, and what is remembered so that a repeated call answers the same. */
export interface UserRow {
  user: User;
  readonly attemptId: string;
  link: KeptLink | null;
  newestRequest: LinkRequest | null;
  /** Links asked for until then are dead: the last change of password or disabling. */
  linksEndedAt: Date | null;
  lastReset: { readonly digest: string; readonly hash: string; readonly epoch: number } | null;
  lastChange: { readonly hash: string; readonly epoch: number } | null;
  lastRaise: { readonly operationId: string; readonly epoch: number } | null;
}

/** Users and claims with their indexes: what a database would do by unique and plain indexes. */
export interface AccountTable {
  userById(id: string): UserRow | undefined;
  ownerOfEmail(email: string): UserRow | undefined;
  ownerOfTag(tag: string): UserRow | undefined;
  insertUser(row: UserRow): void;
  deleteUser(row: UserRow): void;
  /** The claim, live or not. */
  claimById(id: string): Registration | undefined;
  newestLiveClaimOfTag(tag: string, now: Date): Registration | undefined;
  insertClaim(claim: Registration, now: Date): void;
  deleteClaim(claim: Registration): void;
}

export function accountTable(): AccountTable {
  const users = new Map<string, UserRow>();
  const byEmail = new Map<string, UserRow>();
  const byTag = new Map<string, UserRow>();
  const claims = new Map<string, Registration>();
  // Each list is kept in the order of createdAt.
  const claimsByTag = new Map<string, Registration[]>();

  const deleteClaim = (claim: Registration): void => {
    claims.delete(claim.id);
    const left = (claimsByTag.get(claim.tag) ?? []).filter((other) => other.id !== claim.id);
    if (left.length === 0) claimsByTag.delete(claim.tag);
    else claimsByTag.set(claim.tag, left);
  };
  const sweep = sweeper(claims, (_id, claim, now) => {
    if (claim.expiresAt <= now) deleteClaim(claim);
  });

  return {
    userById: (id) => users.get(id),
    ownerOfEmail: (email) => byEmail.get(email),
    ownerOfTag: (tag) => byTag.get(tag),
    insertUser(row) {
      users.set(row.user.id, row);
      byEmail.set(row.user.email, row);
      byTag.set(row.user.tag, row);
    },
    deleteUser(row) {
      users.delete(row.user.id);
      byEmail.delete(row.user.email);
      byTag.delete(row.user.tag);
    },
    claimById: (id) => claims.get(id),
    newestLiveClaimOfTag: (tag, now) =>
      claimsByTag.get(tag)?.findLast((claim) => now < claim.expiresAt),
    insertClaim(claim, now) {
      sweep(now);
      claims.set(claim.id, claim);
      const list = claimsByTag.get(claim.tag) ?? [];
      const after = list.findLastIndex((other) => other.createdAt <= claim.createdAt);
      list.splice(after + 1, 0, claim);
      claimsByTag.set(claim.tag, list);
    },
    deleteClaim,
  };
}
