import type { Accounts, Job, UserStore } from "@latchkey/core/ports";
import { newId } from "../../src/samples.ts";
import { type BrokenStore, elsewhere, withUsers } from "./broken-store.ts";

async function epochOf(users: UserStore, userId: string): Promise<number> {
  return (await users.findById(userId))?.epoch ?? 0;
}

function isClosing(job: Job): boolean {
  return job.kind === "close-sessions";
}

function isOfEndedLink(job: Job): boolean {
  return job.kind === "run-handler" && job.payload.event === "reset.ended";
}

export const brokenPasswords: readonly BrokenStore<Accounts>[] = [
  {
    name: "looks a reset link up, then sets the password, then deletes the link",
    make: withUsers(({ users }) => ({
      async resetPassword(request, now) {
        const standing = await users.inspectReset(request.userId, request.digest, now);
        await elsewhere();
        const answer = await users.resetPassword(request, now);
        if (standing.outcome === "gone" || answer.outcome === "done") return answer;
        const epoch = await epochOf(users, request.userId);
        await users.changePassword({ ...request, epoch }, now);
        return { outcome: "done", epoch: epoch + 1 };
      },
    })),
    caughtBy: ["of many resets by one link with different passwords one is done"],
  },
  {
    name: "records a login whatever the epoch",
    make: withUsers(({ users }) => ({
      commitLogin: async (userId, _epoch, now) =>
        users.commitLogin(userId, await epochOf(users, userId), now),
    })),
    caughtBy: [
      "a login under the old password is never recorded after a reset, nor undoes it",
      "a login of any other epoch is not recorded",
    ],
  },
  {
    name: "checks the epoch of a change of password first and changes it after",
    make: withUsers(({ users }) => ({
      async changePassword(request, now) {
        const isCurrent = (await epochOf(users, request.userId)) === request.epoch;
        await elsewhere();
        if (!isCurrent) return users.changePassword(request, now);
        const epoch = await epochOf(users, request.userId);
        return users.changePassword({ ...request, epoch }, now);
      },
    })),
    caughtBy: [
      "of many changes of password in one epoch one is done",
      "reset, change and close-all at once each raise the epoch by one, and the last password stays",
    ],
  },
  {
    name: "raises the epoch once more for a close-all sent again",
    make: withUsers(({ users }) => ({
      raiseEpoch: async (request, now) =>
        users.raiseEpoch(
          { ...request, epoch: await epochOf(users, request.userId), operationId: newId() },
          now,
        ),
    })),
    caughtBy: ["a close-all sent again is done in the same epoch and adds no job"],
  },
  {
    name: "forgets which close-all it has done",
    make: withUsers(({ users }) => ({
      raiseEpoch: (request, now) => users.raiseEpoch({ ...request, operationId: newId() }, now),
    })),
    caughtBy: ["one close-all sent many times at once is done each time, raising the epoch once"],
  },
  {
    name: "replaces a hash without looking at the old one",
    make: withUsers(({ users }) => ({
      async rehash(userId, _oldHash, newHash) {
        const current = (await users.findById(userId))?.passwordHash ?? "";
        return users.rehash(userId, current, newHash);
      },
    })),
    caughtBy: ["a hash is replaced only where the old one is the current one"],
  },
  {
    name: "upgrades a hash in two steps",
    make: withUsers(({ users }) => ({
      async rehash(userId, oldHash, newHash) {
        const before = (await users.findById(userId))?.passwordHash;
        await elsewhere();
        if (before !== oldHash) return before === newHash;
        const current = (await users.findById(userId))?.passwordHash ?? "";
        return users.rehash(userId, current, newHash);
      },
    })),
    caughtBy: ["an upgrade of the hash never undoes a reset"],
  },
  {
    name: "offers whichever link arrives last",
    make: withUsers(({ users }) => {
      let arrivals = 0;
      return {
        async offerReset(offer, now) {
          const isKept = await users.inspectReset(offer.userId, offer.digest, now);
          arrivals += isKept.outcome === "live" ? 0 : 1;
          const requestedAt = new Date(now.getTime() + arrivals);
          return users.offerReset({ ...offer, requestedAt }, now);
        },
      };
    }),
    caughtBy: [
      "of links offered at once the one asked for last lives",
      "a link asked for earlier than the open one is superseded, and adds no job",
      "a link asked for before or at the instant of a reset is superseded",
    ],
  },
  {
    name: "does not write the raised epoch into its jobs",
    make: withUsers(({ users, outbox }) => ({
      async changePassword({ jobs, ...request }, now) {
        const others = jobs.filter((job) => !isClosing(job));
        const answer = await users.changePassword({ ...request, jobs: others }, now);
        if (answer.outcome === "done") await outbox.enqueue(jobs.filter(isClosing), now);
        return answer;
      },
    })),
    caughtBy: [
      "a change of password writes its epoch into each of its jobs that close sessions, and into no other",
    ],
  },
  {
    name: "tells of an ended link without naming it",
    make: withUsers(({ users, outbox }) => ({
      async setDisabled(userId, disabled, jobs, now) {
        const others = jobs.filter((job) => !isOfEndedLink(job));
        const epoch = await users.setDisabled(userId, disabled, others, now);
        await outbox.enqueue(jobs.filter(isOfEndedLink), now);
        return epoch;
      },
    })),
    caughtBy: [
      "a disabling writes the link that it ends into the job that tells of it",
      "no job tells of a link where none was open any more",
    ],
  },
  {
    name: "adds the jobs of a reset that it refuses",
    make: withUsers(({ users, outbox }) => ({
      async resetPassword(request, now) {
        const answer = await users.resetPassword(request, now);
        await outbox.enqueue(request.jobs, now);
        return answer;
      },
    })),
    caughtBy: ["a link past its end changes nothing"],
  },
  {
    name: "compares a link's end with its own clock",
    make: withUsers(({ users }) => ({
      inspectReset: (userId, digest) => users.inspectReset(userId, digest, new Date()),
    })),
    caughtBy: ["a link lives until its end and not from then on"],
  },
  {
    name: "tells that every link lives half an hour more",
    make: withUsers(({ users }) => ({
      async inspectReset(userId, digest, now) {
        const standing = await users.inspectReset(userId, digest, now);
        return standing.outcome === "gone"
          ? standing
          : { outcome: "live", expiresAt: new Date(now.getTime() + 1_800_000) };
      },
    })),
    caughtBy: ["a live link tells its end, to the millisecond"],
  },
  {
    name: "says that every removal removed",
    make: withUsers(({ users }) => ({
      async remove(userId, jobs, now) {
        const user = await users.findById(userId);
        await elsewhere();
        await users.remove(userId, jobs, now);
        return user !== null;
      },
    })),
    caughtBy: ["of many removals of a user one is true"],
  },
];
