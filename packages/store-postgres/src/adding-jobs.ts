import type { Job } from "@latchkey/core/ports";
import type { Names } from "./sql.ts";

/** Jobs as one parameter of a statement. */
export function jobsParameter(jobs: readonly Job[]): string {
  return JSON.stringify(
    jobs.map((job) => ({
      id: job.id,
      kind: job.kind,
      payload: job.payload,
      lane: job.lane,
      created_at: job.createdAt.toISOString(),
      due_at: job.dueAt.toISOString(),
    })),
  );
}

const isOfEndedLink = `kind = 'run-handler' AND payload ->> 'event' = 'reset.ended'
  AND payload ->> 'linkId' IS NULL`;

/** What `applied` says where nothing is written into jobs. */
export const nothingToTell = "NULL::bigint AS epoch, NULL::text AS ended_link";

/**
 * The end of a WITH list: adds the jobs of a parameter where the query `applied` before it has a
 * row, and wakes the workers. Its column `epoch`, where not null, is written into jobs that close
 * sessions; `ended_link` into those that tell of an ended link without naming it, which are left out
 * where it is null. The statement must select from `woken`, or nobody is woken.
 *
 * A lane is locked before its sequence is drawn and until the commit, so that the order of
 * sequences is the order of commits: whoever sees a job of a lane also sees every earlier one.
 * Several lanes are locked in one order everywhere, so that no two statements wait for each other.
 */
export function addingJobs(names: Names, parameter: string): string {
  return `
  offered AS MATERIALIZED (
    SELECT job.*, applied.epoch, applied.ended_link
    FROM applied, ROWS FROM (jsonb_to_recordset(${parameter}::jsonb) AS (
      id uuid, kind text, payload jsonb, lane text, created_at timestamptz, due_at timestamptz
    )) WITH ORDINALITY AS job (id, kind, payload, lane, created_at, due_at, position)
    WHERE applied.ended_link IS NOT NULL OR NOT (${isOfEndedLink})),
  lanes AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(key) AS locked FROM (
      SELECT DISTINCT hashtextextended('${names.schema}.jobs.' || lane, 0) AS key
      FROM offered WHERE lane IS NOT NULL ORDER BY key) AS keys),
  added AS (
    INSERT INTO ${names.jobs} (id, kind, payload, lane, created_at, due_at)
    SELECT id, kind,
      CASE WHEN kind = 'close-sessions' AND epoch IS NOT NULL
          THEN jsonb_set(payload, '{before}', to_jsonb(epoch))
        WHEN ${isOfEndedLink} THEN jsonb_set(payload, '{linkId}', to_jsonb(ended_link))
        ELSE payload END,
      lane, created_at, due_at
    FROM (
      SELECT offered.* FROM offered, (SELECT count(locked) FROM lanes) AS every_lane
      ORDER BY position) AS in_order
    ON CONFLICT (id) DO NOTHING RETURNING id),
  woken AS (
    SELECT pg_notify('${names.jobsChannel}', '') FROM (SELECT id FROM added LIMIT 1) AS any_job)`;
}

/** To be selected with an answer, so that the workers are woken. */
export const wakingWorkers = "(SELECT count(*) FROM woken)";
