import type { Registration, User } from "../domain/user.ts";
import type { UserStore } from "../ports/user-store.ts";
import type { AccountTable } from "./account-table.ts";
import type { MemoryOutbox } from "./outbox.ts";

type Registrations = Pick<
  UserStore,
  "addRegistration" | "findRegistration" | "confirmRegistration" | "findForLogin"
>;

/** Claims, and how one becomes a user. */
export function registrations(table: AccountTable, outbox: MemoryOutbox): Registrations {
  const liveClaim = (id: string, now: Date): Registration | undefined => {
    const claim = table.claimById(id);
    return claim !== undefined && now < claim.expiresAt ? claim : undefined;
  };

  return {
    async addRegistration(registration, jobs, now) {
      const { id, tag } = registration;
      // Sent again, perhaps after it was confirmed: what was answered stays answered.
      if (table.claimById(id) !== undefined || table.userById(id) !== undefined) return "added";
      if (table.ownerOfTag(tag) !== undefined) return "tag_taken";
      table.insertClaim(structuredClone(registration), now);
      outbox.add(jobs, now);
      return "added";
    },

    async findRegistration(id, now) {
      return structuredClone(liveClaim(id, now) ?? null);
    },

    async confirmRegistration({ id, attemptId, tag, withoutPassword, jobs }, now) {
      const earlier = table.userById(id);
      if (earlier !== undefined) {
        const user = structuredClone(earlier.user);
        return { outcome: earlier.attemptId === attemptId ? "confirmed" : "repeated", user };
      }
      const claim = liveClaim(id, now);
      if (claim === undefined) return { outcome: "gone" };
      const wanted = tag ?? claim.tag;
      if (table.ownerOfEmail(claim.email) !== undefined) return { outcome: "email_taken" };
      if (table.ownerOfTag(wanted) !== undefined) return { outcome: "tag_taken" };

      const user = userOf(claim, wanted, withoutPassword, now);
      table.insertUser({
        user,
        attemptId,
        link: null,
        newestRequest: null,
        linksEndedAt: null,
        lastReset: null,
        lastChange: null,
        lastRaise: null,
      });
      table.deleteClaim(claim);
      outbox.add(jobs, now);
      return { outcome: "confirmed", user: structuredClone(user) };
    },

    async findForLogin(identifier, now) {
      const owner =
        identifier.kind === "email"
          ? table.ownerOfEmail(identifier.email)
          : table.ownerOfTag(identifier.tag);
      if (owner !== undefined) return { kind: "user", user: structuredClone(owner.user) };
      if (identifier.kind === "email") return null;
      const registration = table.newestLiveClaimOfTag(identifier.tag, now);
      if (registration === undefined) return null;
      return { kind: "registration", registration: structuredClone(registration) };
    },
  };
}

function userOf(claim: Registration, tag: string, withoutPassword: boolean, now: Date): User {
  return {
    id: claim.id,
    email: claim.email,
    tag,
    firstName: claim.firstName,
    lastName: claim.lastName,
    passwordHash: withoutPassword ? null : claim.passwordHash,
    locale: claim.locale,
    epoch: 1,
    disabled: false,
    createdAt: new Date(claim.createdAt),
    confirmedAt: new Date(now),
    lastLoginAt: null,
  };
}
