import { addingJobs, wakingWorkers } from "./adding-jobs.ts";
import type { Names } from "./sql.ts";

/** A step on one user: what it decides, and what it changes where it decides to be done now. */
export interface UserStep {
  /**
   * The conditions of each standing, first match first: `now` is done, `again` was done before.
   * Where none holds there is no answer.
   */
  readonly again: string;
  readonly now: string;
  readonly set: string;
  /** The column that tells the outcome of a step done before; an answer's `value`. */
  readonly outcome: string;
  /** Whether jobs that close sessions are told the new epoch. */
  readonly raises: boolean;
  /** The present, in a step that ends an open link; jobs are told which. */
  readonly endsLinkAt?: string;
  readonly jobs: string;
}

/**
 * One statement that locks the user's row first and decides on what it finds there. Whoever waited
 * for the lock decides on the row as it was left, not on its own snapshot, and nothing that is
 * looked at can change before the commit: all of it stands in that row. `NO KEY`, because callers'
 * tables that refer to users need not wait.
 */
export function userStep(names: Names, step: UserStep): string {
  const endedLink = step.endsLinkAt === undefined ? "NULL::text" : openLink("me", step.endsLinkAt);
  return `WITH
    me AS MATERIALIZED (
      SELECT users.*, CASE WHEN ${step.again} THEN 'again' WHEN ${step.now} THEN 'now' END AS standing
      FROM ${names.users} AS users WHERE id = $1::uuid FOR NO KEY UPDATE),
    applied AS (
      UPDATE ${names.users} AS users SET ${step.set}
      FROM me WHERE users.id = me.id AND me.standing = 'now'
      RETURNING ${step.raises ? "users.epoch" : "NULL::bigint AS epoch"},
        ${endedLink} AS ended_link, users.${step.outcome} AS outcome),
    ${addingJobs(names, step.jobs)}
    SELECT json_build_object(
      'value', CASE me.standing WHEN 'now' THEN applied.outcome ELSE me.${step.outcome} END
      )::text AS answer, ${wakingWorkers} AS telling
    FROM me LEFT JOIN applied ON true WHERE me.standing IS NOT NULL`;
}

/** The digest of the link that a user has open, or null. */
export function openLink(row: string, now: string): string {
  return `CASE WHEN ${now} < ${row}.link_expires_at THEN ${row}.link_digest END`;
}

/** Set by whatever ends the open link, and those asked for until now that have yet to be offered. */
export function endingLinks(now: string): string {
  return `link_digest = NULL, link_expires_at = NULL, link_superseded = NULL,
    links_ended_at = greatest(users.links_ended_at, ${now})`;
}
