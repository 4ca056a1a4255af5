import { memoryStores } from "@latchkey/core/memory";
import type { Accounts, ConfirmRequest, User } from "@latchkey/core/ports";
import { newId } from "../../src/samples.ts";
import { type BrokenStore, elsewhere, withUsers } from "./broken-store.ts";

/**
 * Emails that are looked up and then inserted, with no unique index: the inner store never sees two
 * alike, because a mark of its own is added to each.
 */
function withoutUniqueEmails(): Accounts {
  const { outbox, users } = memoryStores().accounts;
  const owners = new Map<string, string>();
  const marked = (email: string): string => `${newId()} ${email}`;
  const plain = <Owner extends { readonly email: string }>(owner: Owner): Owner => ({
    ...owner,
    email: owner.email.split(" ").at(-1) ?? "",
  });
  return {
    outbox,
    users: {
      ...users,
      addRegistration: (registration, jobs, now) =>
        users.addRegistration({ ...registration, email: marked(registration.email) }, jobs, now),
      async findRegistration(id, now) {
        const found = await users.findRegistration(id, now);
        return found === null ? null : plain(found);
      },
      async findByEmail(email) {
        const user = await users.findById(owners.get(email) ?? "");
        return user === null ? null : plain(user);
      },
      async confirmRegistration(request: ConfirmRequest, now) {
        const claim = await users.findRegistration(request.id, now);
        const email = claim === null ? "" : plain(claim).email;
        const isTaken = owners.has(email);
        await elsewhere();
        if (isTaken) return { outcome: "email_taken" };
        const answer = await users.confirmRegistration(request, now);
        if (answer.outcome !== "confirmed" && answer.outcome !== "repeated") return answer;
        owners.set(email, request.id);
        const user: User = plain(answer.user);
        return { ...answer, user };
      },
    },
  };
}

export const brokenRegistrations: readonly BrokenStore<Accounts>[] = [
  {
    name: "looks whether an email is free and inserts the user after",
    make: withoutUniqueEmails,
    caughtBy: [
      "of many claims to one email one becomes a user and the others find the email taken",
    ],
  },
  {
    name: "adds its jobs again when a confirmation is sent again",
    make: withUsers(({ users, outbox }) => ({
      async confirmRegistration(request, now) {
        const answer = await users.confirmRegistration(request, now);
        if (answer.outcome === "confirmed") await outbox.enqueue(request.jobs, now);
        return answer;
      },
    })),
    caughtBy: [
      "one confirmation sent many times at once is confirmed each time and adds its jobs once",
      "a confirmation sent again is confirmed and adds no job; another one is repeated",
    ],
  },
  {
    name: "tells everyone that theirs was the confirmation",
    make: withUsers(({ users }) => ({
      async confirmRegistration(request, now) {
        const answer = await users.confirmRegistration(request, now);
        if (answer.outcome !== "repeated") return answer;
        return { outcome: "confirmed", user: answer.user };
      },
    })),
    caughtBy: ["of many confirmations of one claim one is confirmed and all others are repeated"],
  },
  {
    name: "finds a claim by its email",
    make: withUsers(({ users }) => {
      const newest = new Map<string, string>();
      return {
        addRegistration(registration, jobs, now) {
          newest.set(registration.email, registration.id);
          return users.addRegistration(registration, jobs, now);
        },
        async findForLogin(identifier, now) {
          const found = await users.findForLogin(identifier, now);
          if (found !== null || identifier.kind === "tag") return found;
          const id = newest.get(identifier.email) ?? "";
          const registration = await users.findRegistration(id, now);
          return registration === null ? null : { kind: "registration", registration };
        },
      };
    }),
    caughtBy: ["an email that is only claimed finds nobody"],
  },
  {
    name: "keeps a claim's jobs though it refuses the claim",
    make: withUsers(({ users, outbox }) => ({
      async addRegistration(registration, jobs, now) {
        await outbox.enqueue(jobs, now);
        return users.addRegistration(registration, [], now);
      },
    })),
    caughtBy: ["a claim to a tag that a user owns is refused and keeps nothing"],
  },
  {
    name: "compares a claim's end with its own clock",
    make: withUsers(({ users }) => ({
      findRegistration: (id) => users.findRegistration(id, new Date()),
    })),
    caughtBy: ["a claim is found until its end and not from then on"],
  },
];
