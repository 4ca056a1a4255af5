import type { ClaimedJob, Job, Outbox } from "../ports/outbox.ts";
import { sweeper } from "./sweep.ts";

const knownAfterDoneMs = 24 * 60 * 60 * 1000;

interface Entry {
  readonly job: Job;
  readonly sequence: number;
  attempts: number;
  dueAt: Date;
  /** Of the latest taking; it stays that holder's until the next taking. */
  lease: string | null;
  heldUntil: Date | null;
  /** Why it was given back or up. */
  reason: string | null;
}

/** The outbox, and the step by which account writes add jobs of their own. */
export interface MemoryOutbox {
  readonly port: Outbox;
  add(jobs: readonly Job[], now: Date): void;
}

export function memoryOutbox(): MemoryOutbox {
  // In the order of sequence, as a map keeps the order of insertion.
  const open = new Map<string, Entry>();
  const buried = new Map<string, Entry>();
  const done = new Map<string, { readonly lease: string; readonly at: number }>();
  const wakers = new Set<() => void>();
  let sequence = 0;
  let takings = 0;
  // `done` is told no time: the latest that anybody named has to do.
  let latest = Number.NEGATIVE_INFINITY;

  const sweep = sweeper(done, (id, { at }) => {
    if (latest - at >= knownAfterDoneMs) done.delete(id);
  });
  const passTo = (now: Date): void => {
    latest = Math.max(latest, now.getTime());
    sweep(now);
  };
  const isKnown = (id: string): boolean => {
    const ended = done.get(id);
    const isStillKnown = ended !== undefined && latest - ended.at < knownAfterDoneMs;
    return isStillKnown || open.has(id) || buried.has(id);
  };
  // As microtasks: a listener that throws must not undo or delay what woke it.
  const wake = (): void => {
    for (const waker of wakers) queueMicrotask(waker);
  };
  const isHeld = (entry: Entry, now: Date): boolean =>
    entry.heldUntil !== null && now < entry.heldUntil;

  const add = (jobs: readonly Job[], now: Date): void => {
    passTo(now);
    for (const job of jobs) {
      if (isKnown(job.id)) continue;
      done.delete(job.id);
      const dueAt = new Date(job.dueAt);
      sequence += 1;
      open.set(job.id, {
        job: structuredClone(job),
        sequence,
        attempts: 0,
        dueAt,
        lease: null,
        heldUntil: null,
        reason: null,
      });
    }
    if (jobs.length > 0) wake();
  };

  const take = (entry: Entry, until: Date): ClaimedJob => {
    takings += 1;
    entry.attempts += 1;
    entry.lease = `${entry.sequence}.${takings}`;
    entry.heldUntil = until;
    return {
      ...structuredClone(entry.job),
      dueAt: new Date(entry.dueAt),
      sequence: entry.sequence,
      attempts: entry.attempts,
      lease: entry.lease,
    };
  };

  const port: Outbox = {
    async enqueue(jobs, now) {
      add(jobs, now);
    },

    async claim(kinds, batch, leaseSeconds, now) {
      passTo(now);
      const taken: ClaimedJob[] = [];
      const lanes = new Set<string>();
      for (const entry of open.values()) {
        if (taken.length >= batch) break;
        const { kind, lane } = entry.job;
        if (lane !== null && lanes.has(lane)) continue;
        if (lane !== null) lanes.add(lane);
        if (!kinds.includes(kind) || now < entry.dueAt || isHeld(entry, now)) continue;
        taken.push(take(entry, new Date(now.getTime() + leaseSeconds * 1000)));
      }
      return taken;
    },

    async done(id, lease) {
      if (done.get(id)?.lease === lease) return true;
      if (open.get(id)?.lease !== lease) return false;
      open.delete(id);
      done.set(id, { lease, at: latest });
      wake();
      return true;
    },

    async retry(id, lease, dueAt, reason) {
      const entry = open.get(id);
      if (entry === undefined || entry.lease !== lease) return false;
      entry.heldUntil = null;
      entry.dueAt = new Date(dueAt);
      entry.reason = reason;
      return true;
    },

    async bury(id, lease, reason) {
      if (buried.get(id)?.lease === lease) return true;
      const entry = open.get(id);
      if (entry === undefined || entry.lease !== lease) return false;
      entry.reason = reason;
      open.delete(id);
      buried.set(id, entry);
      wake();
      return true;
    },

    async count(now) {
      const counts = { due: 0, later: 0, claimed: 0, buried: buried.size };
      for (const entry of open.values()) {
        if (isHeld(entry, now)) counts.claimed += 1;
        else if (now < entry.dueAt) counts.later += 1;
        else counts.due += 1;
      }
      return counts;
    },

    async watch(waker, signal) {
      if (signal.aborted) return;
      const own = (): void => {
        if (!signal.aborted) waker();
      };
      wakers.add(own);
      signal.addEventListener("abort", () => wakers.delete(own), { once: true });
    },
  };
  return { port, add };
}
