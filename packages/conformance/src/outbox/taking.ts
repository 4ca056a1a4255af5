import assert from "node:assert/strict";
import type { ClaimedJob, Job, JobKind, Outbox } from "@latchkey/core/ports";

export const everyKind: readonly JobKind[] = [
  "send-confirmation",
  "send-reset-link",
  "send-notice",
  "close-sessions",
  "expire-reset-link",
  "run-handler",
];

/** Takes and ends every due job, those that earlier tests left behind too. */
export async function takeAll(outbox: Outbox, now: Date): Promise<readonly ClaimedJob[]> {
  const taken: ClaimedJob[] = [];
  for (let round = 0; round < 1000; round += 1) {
    const claimed = await outbox.claim(everyKind, 100, 60, now);
    if (claimed.length === 0) return taken;
    await Promise.all(claimed.map(({ id, lease }) => outbox.done(id, lease)));
    taken.push(...claimed);
  }
  return assert.fail("the outbox never runs empty: are jobs that are done taken again?");
}

/** Takes every due job and answers those of a list that were there, in the order they came in. */
export async function takeThese(
  outbox: Outbox,
  jobs: readonly Job[],
  now: Date,
): Promise<readonly ClaimedJob[]> {
  const ids = new Set(jobs.map(({ id }) => id));
  const taken = await takeAll(outbox, now);
  return taken
    .filter(({ id }) => ids.has(id))
    .toSorted((one, other) => one.sequence - other.sequence);
}

/** Asserts that exactly these jobs of all that were offered are in the outbox, each once. */
export async function assertAdded(
  outbox: Outbox,
  offered: readonly Job[],
  expected: readonly Job[],
  now: Date,
): Promise<void> {
  const taken = await takeThese(outbox, offered, now);
  assert.deepEqual(
    taken.map(({ id }) => id).toSorted(),
    expected.map(({ id }) => id).toSorted(),
    "the jobs in the outbox are not those that the step should have added",
  );
}
