import type { User } from "../domain/user.ts";
import type { Job, JobPayloads } from "../ports/outbox.ts";
import type { UserStore } from "../ports/user-store.ts";
import type { AccountTable, UserRow } from "./account-table.ts";
import type { MemoryOutbox } from "./outbox.ts";

/** The jobs with what only the step knows: its epoch, and the link that it ended, if it did. */
function told(jobs: readonly Job[], before: number, linkId: string | null): readonly Job[] {
  return jobs.flatMap((job): readonly Job[] => {
    if (job.kind === "close-sessions") return [{ ...job, payload: { ...job.payload, before } }];
    if (job.kind !== "run-handler" || !isOfEndedLink(job.payload)) return [job];
    return linkId === null ? [] : [{ ...job, payload: { ...job.payload, linkId } }];
  });
}

function isOfEndedLink({ event, linkId }: JobPayloads["run-handler"]): boolean {
  return event === "reset.ended" && linkId === null;
}

function openLink({ link }: UserRow, now: Date): string | null {
  return link !== null && now < link.expiresAt ? link.digest : null;
}

/** Raises a user's epoch together with what raises it, and adds the jobs that go with it. */
export function raise(
  row: UserRow,
  change: Partial<Pick<User, "passwordHash" | "disabled">>,
  jobs: readonly Job[],
  outbox: MemoryOutbox,
  now: Date,
): number {
  const epoch = row.user.epoch + 1;
  row.user = { ...row.user, ...change, epoch };
  outbox.add(told(jobs, epoch, openLink(row, now)), now);
  return epoch;
}

/** Ends whatever link is open, and those asked for until now that have yet to be offered. */
export function endLinks(row: UserRow, now: Date): void {
  row.link = null;
  if (row.linksEndedAt === null || row.linksEndedAt < now) row.linksEndedAt = new Date(now);
}

type Epochs = Pick<UserStore, "changePassword" | "raiseEpoch" | "setDisabled" | "remove">;

/** Everything but a reset that ends a user's earlier sessions. */
export function epochs(table: AccountTable, outbox: MemoryOutbox): Epochs {
  return {
    async changePassword({ userId, epoch, passwordHash, jobs }, now) {
      const row = table.userById(userId);
      if (row === undefined) return { outcome: "stale" };
      // The salt makes a hash unique: the same hash is the same call.
      if (row.lastChange?.hash === passwordHash) {
        return { outcome: "done", epoch: row.lastChange.epoch };
      }
      if (row.user.disabled || row.user.epoch !== epoch) return { outcome: "stale" };
      const raised = raise(row, { passwordHash }, jobs, outbox, now);
      endLinks(row, now);
      row.lastChange = { hash: passwordHash, epoch: raised };
      return { outcome: "done", epoch: raised };
    },

    async raiseEpoch({ userId, epoch, operationId, jobs }, now) {
      const row = table.userById(userId);
      if (row === undefined) return { outcome: "stale" };
      if (row.lastRaise?.operationId === operationId) {
        return { outcome: "done", epoch: row.lastRaise.epoch };
      }
      if (row.user.disabled || row.user.epoch !== epoch) return { outcome: "stale" };
      const raised = raise(row, {}, jobs, outbox, now);
      row.lastRaise = { operationId, epoch: raised };
      return { outcome: "done", epoch: raised };
    },

    async setDisabled(userId, disabled, jobs, now) {
      const row = table.userById(userId);
      if (row === undefined) return null;
      if (row.user.disabled === disabled) return row.user.epoch;
      const raised = raise(row, { disabled }, jobs, outbox, now);
      endLinks(row, now);
      return raised;
    },

    async remove(userId, jobs, now) {
      const row = table.userById(userId);
      if (row === undefined) return false;
      table.deleteUser(row);
      outbox.add(told(jobs, row.user.epoch + 1, openLink(row, now)), now);
      return true;
    },
  };
}
