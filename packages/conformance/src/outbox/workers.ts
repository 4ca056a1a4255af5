import type { Accounts, ClaimedJob, Job } from "@latchkey/core/ports";
import { seeded } from "../samples.ts";
import { everyKind } from "./taking.ts";

const leaseSeconds = 30;
const maxTurns = 600;

/** Six workers and all that they saw go wrong. */
export interface Crew {
  /** Runs one worker until every job is ended. */
  work(worker: number): Promise<void>;
  /** The ids of ended jobs, each as often as it was ended. */
  ended(): readonly string[];
  /** What must never happen, in words. */
  violations(): readonly string[];
}

interface Taking {
  readonly id: string;
  readonly lease: string;
  readonly attempts: number;
  readonly at: Date;
  isGivenBack: boolean;
}

/**
 * Workers that finish, retry, give up and abandon jobs by chance, and that answer with leases they
 * have long lost. What they do is seeded; how their calls meet is the store's own affair. Answers
 * may overtake one another, so nothing is concluded from the order in which they arrive.
 */
export function workers(scene: {
  readonly clients: readonly [Accounts, ...Accounts[]];
  at(seconds: number): Date;
  readonly jobs: readonly Job[];
  readonly seed: number;
}): Crew {
  const random = seeded(scene.seed);
  const misorderings: string[] = [];
  const endings: string[] = [];
  const takings: Taking[] = [];
  const abandoned: Taking[] = [];
  // Counted before the call that ends a job: another worker may see its effect before its answer.
  const ending = new Map<string, number>();
  const ids = new Set(scene.jobs.map(({ id }) => id));
  let clock = 1;

  const end = async (id: string, call: () => Promise<boolean>): Promise<boolean> => {
    ending.set(id, (ending.get(id) ?? 0) + 1);
    const isEnded = await call();
    if (isEnded) endings.push(id);
    else ending.set(id, (ending.get(id) ?? 0) - 1);
    return isEnded;
  };

  const note = ({ id, lease, attempts }: ClaimedJob, at: Date): Taking => {
    const index = scene.jobs.findIndex((job) => job.id === id);
    const lane = scene.jobs[index]?.lane ?? null;
    const isEarly = scene.jobs
      .slice(0, index)
      .some((job) => lane !== null && job.lane === lane && (ending.get(job.id) ?? 0) === 0);
    if (isEarly) misorderings.push(`${id} was taken before an earlier job of its lane was ended`);
    const taking = { id, lease, attempts, at, isGivenBack: false };
    takings.push(taking);
    return taking;
  };

  const handle = async ({ outbox }: Accounts, taking: Taking): Promise<void> => {
    const { id, lease, at } = taking;
    const chance = random();
    if (chance < 0.2) {
      abandoned.push(taking);
    } else if (chance < 0.35) {
      taking.isGivenBack = await outbox.retry(id, lease, at, "tried in vain");
    } else if (chance < 0.4) {
      await end(id, () => outbox.bury(id, lease, "given up"));
    } else {
      await end(id, () => outbox.done(id, lease));
    }
  };

  // A worker that comes back after its lease has run out, and believes that the job is its own.
  const answerLate = async ({ outbox }: Accounts, now: Date): Promise<void> => {
    const index = abandoned.findIndex(({ at }) => leaseEnd(at) <= now);
    const [late] = index < 0 ? [] : abandoned.splice(index, 1);
    if (late === undefined) return;
    const { id, lease, attempts } = late;
    const isLost = takings.some((other) => other.id === id && other.attempts > attempts);
    const isEnded = await end(id, () => outbox.done(id, lease));
    if (isEnded && isLost) misorderings.push(`${id} was ended by a lease that was lost`);
  };

  return {
    async work(worker) {
      const client = scene.clients[worker % scene.clients.length] ?? scene.clients[0];
      for (let turn = 0; turn < maxTurns && endings.length < ids.size; turn += 1) {
        clock += 1;
        const now = scene.at(clock);
        const claimed = await client.outbox.claim(everyKind, 3, leaseSeconds, now);
        const taken = claimed.filter(({ id }) => ids.has(id)).map((job) => note(job, now));
        for (const taking of taken) await handle(client, taking);
        // With nothing to do but to wait until a lease has run out, let time pass faster.
        if (taken.length === 0) clock += 3;
        if (random() < 0.5) await answerLate(client, scene.at(clock));
      }
    },
    ended: () => endings,
    violations: () => [...misorderings, ...overlaps(takings)],
  };
}

function leaseEnd(at: Date): Date {
  return new Date(at.getTime() + leaseSeconds * 1000);
}

/** What is wrong with the row of takings of each job. */
function overlaps(takings: readonly Taking[]): readonly string[] {
  const found: string[] = [];
  for (const id of new Set(takings.map((taking) => taking.id))) {
    const row = takings.filter((taking) => taking.id === id);
    const inOrder = row.toSorted((one, other) => one.attempts - other.attempts);
    if (new Set(row.map(({ lease }) => lease)).size < row.length) {
      found.push(`${id} was taken twice by one lease`);
    }
    for (const [index, taking] of inOrder.entries()) {
      if (taking.attempts !== index + 1) found.push(`${id} miscounts how often it was taken`);
      const before = inOrder[index - 1];
      if (before !== undefined && !before.isGivenBack && taking.at < leaseEnd(before.at)) {
        found.push(`${id} was taken while another held it`);
      }
    }
  }
  return found;
}
