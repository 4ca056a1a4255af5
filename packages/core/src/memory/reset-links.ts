import type { OfferResetRequest, UserStore } from "../ports/user-store.ts";
import type { AccountTable, KeptLink, UserRow } from "./account-table.ts";
import { endLinks, raise } from "./epochs.ts";
import type { MemoryOutbox } from "./outbox.ts";

/** A user with an open link. */
type LinkedRow = UserRow & { readonly link: KeptLink };
type ResetLinks = Pick<UserStore, "offerReset" | "inspectReset" | "resetPassword">;

/** The one link by which a user may set a password without the old one. */
export function resetLinks(table: AccountTable, outbox: MemoryOutbox): ResetLinks {
  const lives = (row: UserRow | undefined, digest: string, now: Date): row is LinkedRow =>
    row !== undefined &&
    !row.user.disabled &&
    row.link?.digest === digest &&
    now < row.link.expiresAt;

  return {
    async offerReset({ jobs, ...offer }, now) {
      const row = table.userById(offer.userId);
      if (row === undefined || row.user.disabled) return { outcome: "superseded" };
      if (row.link?.digest === offer.digest) {
        return { outcome: "offered", supersededDigest: row.link.supersededDigest };
      }
      if (isOutdated(row, offer)) return { outcome: "superseded" };

      // A link that has run out is not what this one takes the place of.
      const open = row.link !== null && now < row.link.expiresAt ? row.link : null;
      const supersededDigest = open?.digest ?? null;
      row.link = {
        digest: offer.digest,
        expiresAt: new Date(offer.expiresAt),
        supersededDigest,
      };
      row.newestRequest = { requestedAt: new Date(offer.requestedAt), digest: offer.digest };
      outbox.add(jobs, now);
      return { outcome: "offered", supersededDigest };
    },

    async inspectReset(userId, digest, now) {
      const row = table.userById(userId);
      if (!lives(row, digest, now)) return { outcome: "gone" };
      return { outcome: "live", expiresAt: new Date(row.link.expiresAt) };
    },

    async resetPassword({ userId, digest, passwordHash, jobs }, now) {
      const row = table.userById(userId);
      const last = row?.lastReset;
      if (last?.digest === digest && last.hash === passwordHash) {
        return { outcome: "done", epoch: last.epoch };
      }
      if (!lives(row, digest, now)) return { outcome: "gone" };
      const epoch = raise(row, { passwordHash }, jobs, outbox, now);
      endLinks(row, now);
      row.lastReset = { digest, hash: passwordHash, epoch };
      return { outcome: "done", epoch };
    },
  };
}

function isOutdated(row: UserRow, offer: Omit<OfferResetRequest, "jobs">): boolean {
  const { newestRequest, linksEndedAt, lastReset } = row;
  if (lastReset?.digest === offer.digest) return true;
  if (linksEndedAt !== null && offer.requestedAt <= linksEndedAt) return true;
  if (newestRequest === null || offer.requestedAt > newestRequest.requestedAt) return false;
  // Requests of one instant are ordered by digest, so that the order of arrival decides nothing.
  return offer.requestedAt < newestRequest.requestedAt || offer.digest <= newestRequest.digest;
}
