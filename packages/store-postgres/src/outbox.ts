import type { ClaimedJob, Outbox, OutboxCount } from "@latchkey/core/ports";
import { addingJobs, jobsParameter, nothingToTell, wakingWorkers } from "./adding-jobs.ts";
import type { Ask } from "./asking.ts";
import type { Listen } from "./listening.ts";
import { milliseconds, type Names, sought, sweeping } from "./sql.ts";

/** A job as the database spells it: its times are milliseconds. */
type JobAnswer = Omit<ClaimedJob, "createdAt" | "dueAt"> & {
  readonly createdAt: number;
  readonly dueAt: number;
};

// Nobody else can name the taking before it was made, and nobody names an older one after it.
const lease = "jobs.sequence || '.' || jobs.attempts";

function statements(names: Names) {
  const enqueue = `WITH applied AS (SELECT ${nothingToTell}), ${addingJobs(names, "$1")}
    SELECT ${wakingWorkers}::text AS answer`;

  // The head of a lane stays its head until it is ended: earlier jobs cannot come, and what is
  // ended stays so. So an old snapshot may be late to see a new head, but never sees a false one;
  // whether the row is free is decided again under its lock.
  const claim = sweeping(
    (sweep) => `WITH ${sweep}
    heads AS MATERIALIZED (
      SELECT job.id FROM ${names.jobs} AS job
      WHERE job.standing = 'open' AND job.kind = ANY ($1::text[])
        AND job.due_at <= $4::timestamptz
        AND (job.held_until IS NULL OR job.held_until <= $4::timestamptz)
        AND (job.lane IS NULL OR NOT EXISTS (
          SELECT 1 FROM ${names.jobs} AS earlier
          WHERE earlier.lane = job.lane AND earlier.standing = 'open'
            AND earlier.sequence < job.sequence))
      ORDER BY job.due_at, job.sequence LIMIT $2::integer FOR UPDATE OF job SKIP LOCKED),
    taken AS (
      UPDATE ${names.jobs} AS jobs
      SET attempts = jobs.attempts + 1, taken_at = $4::timestamptz,
        held_until = $4::timestamptz + make_interval(secs => $3::float8)
      FROM heads WHERE jobs.id = heads.id
      RETURNING jobs.*, ${lease} AS lease)
    SELECT json_agg(json_build_object(
      'id', id, 'kind', kind, 'payload', payload, 'lane', lane,
      'createdAt', ${milliseconds("created_at")}, 'dueAt', ${milliseconds("due_at")},
      'sequence', sequence, 'attempts', attempts, 'lease', lease) ORDER BY sequence)::text AS answer
    FROM taken`,
    {
      table: names.jobs,
      endsAt: "ended_at",
      now: "$4::timestamptz",
      apart: "standing = 'done'",
    },
  );

  /** Ends a taking in one way; the same answer sent again finds it ended in that way. */
  const end = (standing: "done" | "buried", also: string): string => `WITH ended AS (
      UPDATE ${names.jobs} AS jobs SET standing = '${standing}', ${also}
      WHERE id = $1::uuid AND attempts > 0 AND ${lease} = $2::text
        AND standing IN ('open', '${standing}')
      RETURNING lane),
    woken AS (
      SELECT pg_notify('${names.jobsChannel}', '') FROM ended
      WHERE EXISTS (
        SELECT 1 FROM ${names.jobs} AS next
        WHERE next.lane = ended.lane AND next.standing = 'open' AND next.id <> $1::uuid))
    SELECT (count(*) > 0)::text AS answer FROM ended, (SELECT count(*) FROM woken) AS telling`;

  return {
    enqueue,
    claim,
    done: end("done", "ended_at = coalesce(ended_at, greatest(taken_at, $3::timestamptz))"),
    bury: end("buried", "reason = $3::text"),
    retry: `WITH returned AS (
        UPDATE ${names.jobs} AS jobs
        SET held_until = NULL, due_at = $3::timestamptz, reason = $4::text
        WHERE id = $1::uuid AND attempts > 0 AND ${lease} = $2::text AND standing = 'open'
        RETURNING id)
      SELECT (count(*) > 0)::text AS answer FROM returned`,
    count: `SELECT json_build_object(
        'due', count(*) FILTER (WHERE standing = 'open' AND due_at <= $1::timestamptz
          AND (held_until IS NULL OR held_until <= $1::timestamptz)),
        'later', count(*) FILTER (WHERE standing = 'open' AND due_at > $1::timestamptz
          AND (held_until IS NULL OR held_until <= $1::timestamptz)),
        'claimed', count(*) FILTER (WHERE standing = 'open' AND held_until > $1::timestamptz),
        'buried', count(*) FILTER (WHERE standing = 'buried'))::text AS answer
      FROM ${names.jobs} WHERE standing IN ('open', 'buried')`,
  };
}

/** The outbox; `listen` is how it hears of new jobs, if there is a way. */
export function postgresOutbox(ask: Ask, names: Names, listen: Listen | undefined): Outbox {
  const texts = statements(names);
  // `done` is told no time. The latest that anybody named has to do, or that of the taking.
  let latest = new Date(0);
  const passTo = (now: Date): void => {
    if (now > latest) latest = new Date(now);
  };

  return {
    async enqueue(jobs, now) {
      passTo(now);
      if (jobs.length > 0) await ask(texts.enqueue, [jobsParameter(jobs)]);
    },

    async claim(kinds, batch, leaseSeconds, now) {
      passTo(now);
      const values = [kinds, batch, leaseSeconds, now.toISOString()];
      const taken = await ask<readonly JobAnswer[]>(texts.claim(), values);
      return (taken ?? []).map(jobFrom);
    },

    async done(id, heldLease) {
      const values = [sought(id), heldLease, latest.toISOString()];
      return (await ask<boolean>(texts.done, values)) === true;
    },

    async retry(id, heldLease, dueAt, reason) {
      const values = [sought(id), heldLease, dueAt.toISOString(), reason];
      return (await ask<boolean>(texts.retry, values)) === true;
    },

    async bury(id, heldLease, reason) {
      return (await ask<boolean>(texts.bury, [sought(id), heldLease, reason])) === true;
    },

    async count(now) {
      const none = { due: 0, later: 0, claimed: 0, buried: 0 };
      return (await ask<OutboxCount>(texts.count, [now.toISOString()])) ?? none;
    },

    async watch(wake, signal) {
      // A reconnection may have missed something: workers only look once more.
      await listen?.(names.jobsChannel, () => wake(), signal);
    },
  };
}

function jobFrom({ createdAt, dueAt, ...rest }: JobAnswer): ClaimedJob {
  const job = { ...rest, createdAt: new Date(createdAt), dueAt: new Date(dueAt) };
  // Kind and payload went in together, as the type of a job has it.
  return job as ClaimedJob;
}
