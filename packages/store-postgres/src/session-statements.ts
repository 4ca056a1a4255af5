import { telling, tellingWatchers } from "./session-notices.ts";
import { type Names, sweeping } from "./sql.ts";

/** A number within a session's document. */
const number = (session: string, name: string): string => `(${session} ->> '${name}')::bigint`;

/** Whether a document's session stands at a time in milliseconds. */
const live = (session: string, now: string): string =>
  `${now}::bigint < ${number(session, "i")} AND ${now}::bigint < ${number(session, "x")}`;

/** Those that may also sweep are made anew for each call. */
export interface SessionStatements {
  readonly open: () => string;
  readonly rotate: string;
  readonly close: string;
  readonly closeAll: string;
  readonly find: string;
  readonly list: string;
}

/** The statements of the session store. Each locks the user's row and decides on what it finds. */
export function sessionStatements(names: Names): SessionStatements {
  const lockedRow = `me AS MATERIALIZED (
    SELECT sessions FROM ${names.sessions} WHERE user_id = $1::uuid FOR UPDATE)`;

  // Where the row is there it is locked, so that the cap is counted on what others left; where it
  // is not, it is made. Neither happens if another made it since the snapshot: then no answer.
  const open = sweeping(
    (sweep) => `WITH ${sweep} ${lockedRow},
    standing AS MATERIALIZED (
      SELECT key, value,
        row_number() OVER (ORDER BY ${number("value", "c")} DESC, key DESC) AS place
      FROM me, jsonb_each(me.sessions)
      WHERE NOT jsonb_exists(me.sessions, $2::text) AND ${live("value", "$5")}),
    left_over AS (
      SELECT coalesce(jsonb_object_agg(key, value), '{}') AS sessions
      FROM standing WHERE place < $4::integer),
    changed AS (
      UPDATE ${names.sessions} AS own
      SET sessions = left_over.sessions || jsonb_build_object($2::text, $3::jsonb),
        ends_at = greatest(own.ends_at, $6::timestamptz)
      FROM me, left_over
      WHERE own.user_id = $1::uuid AND NOT jsonb_exists(me.sessions, $2::text)
      RETURNING own.user_id),
    made AS (
      INSERT INTO ${names.sessions} (user_id, sessions, ends_at)
      SELECT $1::uuid, jsonb_build_object($2::text, $3::jsonb), $6::timestamptz
      WHERE NOT EXISTS (SELECT 1 FROM me)
      ON CONFLICT (user_id) DO NOTHING RETURNING user_id),
    ended AS (SELECT key FROM standing, changed WHERE place >= $4::integer),
    ${telling(names)}
    SELECT coalesce((SELECT json_agg(key) FROM ended), '[]')::text AS answer, ${tellingWatchers}
    WHERE EXISTS (SELECT 1 FROM me) OR EXISTS (SELECT 1 FROM made)`,
    {
      table: names.sessions,
      endsAt: "ends_at",
      now: "to_timestamp($5::bigint / 1000.0)",
      apart: "user_id <> $1::uuid",
    },
  );

  const rotate = `WITH ${lockedRow},
    own AS (
      SELECT session, ${number("session", "g")} AS generation, ${number("session", "r")} AS rotated,
        greatest(${number("session", "r")}, $7::bigint) AS at
      FROM (SELECT sessions -> $2::text AS session FROM me) AS found
      WHERE ${live("session", "$7")}),
    decided AS MATERIALIZED (
      SELECT session, CASE
        WHEN ${number("session", "e")} < $4::bigint THEN 'stale'
        WHEN $3::bigint >= generation THEN 'rotated'
        WHEN $3::bigint = generation - 1 AND at - rotated < $5::bigint THEN 'repeated'
        ELSE 'replayed' END AS outcome,
        session || jsonb_build_object('g', $3::bigint + 1, 'r', at,
          'i', least(at + $6::bigint, ${number("session", "x")})) AS successor
      FROM own),
    changed AS (
      UPDATE ${names.sessions} AS own
      SET sessions = CASE outcome
        WHEN 'rotated' THEN own.sessions || jsonb_build_object($2::text, successor)
        ELSE own.sessions - $2::text END
      FROM decided
      WHERE own.user_id = $1::uuid AND outcome IN ('rotated', 'replayed')),
    ended AS (SELECT $2::text AS key FROM decided WHERE outcome = 'replayed'),
    ${telling(names)}
    SELECT json_build_object('outcome', outcome, 'session', CASE outcome
      WHEN 'rotated' THEN successor WHEN 'repeated' THEN session END)::text AS answer,
      ${tellingWatchers}
    FROM decided`;

  const close = `WITH changed AS (
      UPDATE ${names.sessions} SET sessions = sessions - $2::text
      WHERE user_id = $1::uuid AND jsonb_exists(sessions, $2::text) RETURNING user_id),
    ended AS (SELECT $2::text AS key FROM changed),
    ${telling(names)}
    SELECT 'true' AS answer, ${tellingWatchers} FROM changed`;

  const closeAll = `WITH ${lockedRow},
    earlier AS MATERIALIZED (
      SELECT key, value, key IS NOT DISTINCT FROM $3::text AS is_spared
      FROM me, jsonb_each(me.sessions)
      WHERE $2::bigint IS NULL OR ${number("value", "e")} < $2::bigint),
    changed AS (
      UPDATE ${names.sessions} AS own
      SET sessions = own.sessions - ARRAY(SELECT key FROM earlier WHERE NOT is_spared)
        || coalesce((
          SELECT jsonb_object_agg(key, value || jsonb_build_object('e', $2::bigint))
          FROM earlier WHERE is_spared AND $2::bigint IS NOT NULL), '{}')
      FROM me WHERE own.user_id = $1::uuid AND EXISTS (SELECT 1 FROM earlier)),
    ended AS MATERIALIZED (
      SELECT key FROM earlier WHERE NOT is_spared OR $2::bigint IS NOT NULL),
    ${telling(names)}
    SELECT json_build_object(
      'closed', (SELECT count(*) FROM earlier WHERE NOT is_spared),
      'told', coalesce((SELECT json_agg(key) FROM ended), '[]'))::text AS answer,
      ${tellingWatchers}`;

  return {
    open,
    rotate,
    close,
    closeAll,
    find: `SELECT (sessions -> $2::text)::text AS answer
      FROM ${names.sessions} WHERE user_id = $1::uuid`,
    list: `SELECT sessions::text AS answer FROM ${names.sessions} WHERE user_id = $1::uuid`,
  };
}
