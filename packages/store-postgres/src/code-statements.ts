import { type Names, sweeping } from "./sql.ts";

/** A number within a claim's document. */
const number = (claim: string, name: string): string => `(${claim} ->> '${name}')::bigint`;

const timeOf = (milliseconds: string): string => `to_timestamp(${milliseconds}::bigint / 1000.0)`;

/** Those that may also sweep are made anew for each call. */
export interface CodeStatements {
  readonly put: () => string;
  readonly attemptOnClaim: string;
  readonly attemptOnEmail: () => string;
}

/**
 * The statements of the code store. Each locks the email's row and decides on what it finds, or
 * makes the row; where another made it since the snapshot there is no answer.
 */
export function codeStatements(names: Names): CodeStatements {
  const lockedRow = `me AS MATERIALIZED (
    SELECT * FROM ${names.codes} WHERE email_key = $1::text FOR UPDATE)`;
  const sweptAt = (now: string) => ({
    table: names.codes,
    endsAt: "ends_at",
    now: timeOf(now),
    apart: "email_key <> $1::text",
  });

  // A claim is over at its end, and its tries with it. That an email had several claims is
  // remembered until the latest of them ends.
  const put = sweeping(
    (sweep) => `WITH ${sweep} ${lockedRow},
    before AS MATERIALIZED (
      SELECT
        coalesce((SELECT jsonb_object_agg(key, value) FROM me, jsonb_each(me.claims)
          WHERE ${number("value", "x")} > $7::bigint), '{}') AS claims,
        coalesce((SELECT claims_end FROM me), 0) AS claims_end,
        coalesce((SELECT several AND claims_end > $7::bigint FROM me), false) AS several),
    decided AS MATERIALIZED (
      SELECT before.*, claims -> $2::text AS claim, CASE
        WHEN NOT jsonb_exists(claims, $2::text) THEN 'new'
        WHEN $4::bigint > ${number("claims -> $2::text", "s")} THEN 'newer'
        WHEN $4::bigint = ${number("claims -> $2::text", "s")}
          AND claims -> $2::text ->> 'd' = $3::text THEN 'same'
        ELSE 'superseded' END AS decision
      FROM before),
    row_after AS (
      SELECT claims || jsonb_build_object($2::text, jsonb_build_object(
          'd', $3::text, 's', $4::bigint, 'e', $5::bigint,
          'x', greatest(${number("claim", "x")}, $6::bigint),
          't', coalesce(${number("claim", "t")}, 0))) AS claims,
        several OR (decision = 'new' AND claims <> '{}') AS several,
        greatest(claims_end, $6::bigint) AS claims_end
      FROM decided WHERE decision IN ('new', 'newer')),
    changed AS (
      UPDATE ${names.codes} AS codes
      SET claims = row_after.claims, several = row_after.several,
        claims_end = row_after.claims_end,
        ends_at = greatest(codes.ends_at, ${timeOf("row_after.claims_end")})
      FROM me, row_after WHERE codes.email_key = $1::text RETURNING codes.email_key),
    made AS (
      INSERT INTO ${names.codes} (email_key, claims, several, claims_end, ends_at)
      SELECT $1::text, claims, several, claims_end, ${timeOf("claims_end")} FROM row_after
      WHERE NOT EXISTS (SELECT 1 FROM me)
      ON CONFLICT (email_key) DO NOTHING RETURNING email_key)
    SELECT to_json(CASE decision WHEN 'superseded' THEN decision ELSE 'kept' END)::text AS answer
    FROM decided
    WHERE decision IN ('same', 'superseded')
      OR EXISTS (SELECT 1 FROM changed) OR EXISTS (SELECT 1 FROM made)`,
    sweptAt("$7"),
  );

  // Compared and counted in one step, under the lock of the row: a match takes no try.
  const attemptOnClaim = `WITH ${lockedRow},
    own AS MATERIALIZED (
      SELECT claim, several AND claims_end > $5::bigint AS several,
        ${number("claim", "t")} >= $4::integer AS is_exhausted,
        ${number("claim", "e")} > $5::bigint AS is_standing, claim ->> 'd' = $3::text AS is_right
      FROM (SELECT claims -> $2::text AS claim, several, claims_end FROM me) AS found
      WHERE ${number("claim", "x")} > $5::bigint),
    counted AS (
      UPDATE ${names.codes} AS codes
      SET claims = jsonb_set(codes.claims, ARRAY[$2::text, 't'],
        to_jsonb(${number("claim", "t")} + 1))
      FROM own WHERE codes.email_key = $1::text AND NOT is_exhausted
        AND NOT (is_standing AND is_right))
    SELECT CASE
      WHEN is_exhausted THEN json_build_object('outcome', 'exhausted')
      WHEN NOT is_standing THEN json_build_object('outcome', 'absent')
      WHEN NOT is_right THEN json_build_object('outcome', 'wrong')
      ELSE json_build_object('outcome', 'matched', 'registrationId', $2::text,
        'several', several) END::text AS answer
    FROM own`;

  const attemptOnEmail = sweeping(
    (sweep) => `WITH ${sweep} ${lockedRow},
    pool AS MATERIALIZED (
      SELECT coalesce(max(pool_count), 0) AS count, coalesce(max(pool_end), $6::bigint) AS ends,
        coalesce(max(pool_count), 0) >= $4::integer AS is_empty
      FROM me WHERE pool_end > $5::bigint),
    standing AS MATERIALIZED (
      SELECT key, value, ${number("value", "t")} < $3::integer AS is_open,
        several AND claims_end > $5::bigint AS several
      FROM me, jsonb_each(me.claims)
      WHERE ${number("value", "x")} > $5::bigint AND ${number("value", "e")} > $5::bigint),
    newest AS (
      SELECT key, several FROM standing WHERE is_open AND value ->> 'd' = $2::text
      ORDER BY ${number("value", "s")} DESC LIMIT 1),
    changed AS (
      UPDATE ${names.codes} AS codes
      SET pool_count = pool.count + 1, pool_end = pool.ends,
        ends_at = greatest(codes.ends_at, ${timeOf("pool.ends")})
      FROM me, pool WHERE codes.email_key = $1::text AND NOT is_empty
        AND NOT EXISTS (SELECT 1 FROM newest)),
    made AS (
      INSERT INTO ${names.codes} (email_key, pool_count, pool_end, ends_at)
      SELECT $1::text, 1, pool.ends, ${timeOf("pool.ends")} FROM pool
      WHERE NOT EXISTS (SELECT 1 FROM me) AND NOT is_empty
      ON CONFLICT (email_key) DO NOTHING RETURNING email_key)
    SELECT CASE
      WHEN is_empty THEN json_build_object('outcome', 'exhausted')
      WHEN NOT EXISTS (SELECT 1 FROM standing) THEN json_build_object('outcome', 'absent')
      WHEN NOT EXISTS (SELECT 1 FROM standing WHERE is_open)
        THEN json_build_object('outcome', 'exhausted')
      WHEN newest.key IS NULL THEN json_build_object('outcome', 'wrong')
      ELSE json_build_object('outcome', 'matched', 'registrationId', newest.key,
        'several', newest.several) END::text AS answer
    FROM pool LEFT JOIN newest ON true
    WHERE is_empty OR EXISTS (SELECT 1 FROM me) OR EXISTS (SELECT 1 FROM made)`,
    sweptAt("$5"),
  );

  return { put, attemptOnClaim, attemptOnEmail };
}
