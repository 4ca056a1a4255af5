import type { EpochOutcome, UserStore } from "@latchkey/core/ports";
import { addingJobs, jobsParameter, wakingWorkers } from "./adding-jobs.ts";
import type { Ask } from "./asking.ts";
import { endingLinks, openLink, userStep } from "./one-user.ts";
import { type Names, proofOf, sought } from "./sql.ts";

type Epochs = Pick<UserStore, "changePassword" | "raiseEpoch" | "setDisabled" | "remove">;

interface EpochAnswer {
  readonly value: number;
}

function statements(names: Names) {
  const isCurrent = "NOT disabled AND epoch = $2::bigint";
  const change = userStep(names, {
    again: "change_proof = $4::text",
    now: isCurrent,
    set: `password_hash = $3::text, epoch = users.epoch + 1, ${endingLinks("$6::timestamptz")},
      change_proof = $4::text, change_epoch = users.epoch + 1`,
    outcome: "change_epoch",
    raises: true,
    endsLinkAt: "$6::timestamptz",
    jobs: "$5",
  });

  const raise = userStep(names, {
    again: "raise_id = $3::uuid",
    now: isCurrent,
    set: "epoch = users.epoch + 1, raise_id = $3::uuid, raise_epoch = users.epoch + 1",
    outcome: "raise_epoch",
    raises: true,
    jobs: "$4",
  });

  const disable = userStep(names, {
    again: "disabled = $2::boolean",
    now: "true",
    set: `disabled = $2::boolean, epoch = users.epoch + 1, ${endingLinks("$4::timestamptz")}`,
    outcome: "epoch",
    raises: true,
    endsLinkAt: "$4::timestamptz",
    jobs: "$3",
  });

  // Of two deletions of one row the later finds none.
  const remove = `WITH applied AS (
      DELETE FROM ${names.users} AS users WHERE id = $1::uuid
      RETURNING epoch + 1 AS epoch, ${openLink("users", "$3::timestamptz")} AS ended_link),
    ${addingJobs(names, "$2")}
    SELECT 'true' AS answer, ${wakingWorkers} AS telling FROM applied`;

  return { change, raise, disable, remove };
}

/** Everything but a reset that ends a user's earlier sessions. */
export function epochs(ask: Ask, names: Names): Epochs {
  const texts = statements(names);
  return {
    async changePassword({ userId, epoch, passwordHash, jobs }, now) {
      const answer = await ask<EpochAnswer>(texts.change, [
        sought(userId),
        epoch,
        passwordHash,
        proofOf(passwordHash),
        jobsParameter(jobs),
        now.toISOString(),
      ]);
      return epochOutcome(answer);
    },

    async raiseEpoch({ userId, epoch, operationId, jobs }) {
      const values = [sought(userId), epoch, operationId, jobsParameter(jobs)];
      return epochOutcome(await ask<EpochAnswer>(texts.raise, values));
    },

    async setDisabled(userId, disabled, jobs, now) {
      const values = [sought(userId), disabled, jobsParameter(jobs), now.toISOString()];
      return (await ask<EpochAnswer>(texts.disable, values))?.value ?? null;
    },

    async remove(userId, jobs, now) {
      const values = [sought(userId), jobsParameter(jobs), now.toISOString()];
      return (await ask<true>(texts.remove, values)) === true;
    },
  };
}

function epochOutcome(answer: EpochAnswer | null): EpochOutcome {
  return answer === null ? { outcome: "stale" } : { outcome: "done", epoch: answer.value };
}
