import type { LimitRule, RateLimiter, TakeOutcome } from "@latchkey/core/ports";
import type { Ask } from "./asking.ts";
import { type Names, sweeping } from "./sql.ts";

const timeOf = (milliseconds: string): string => `to_timestamp(${milliseconds} / 1000.0)`;

// Rounded up to the hour: the column is in an index, and a row is only written in place where
// nothing in an index changes.
const reclaimedFrom = (counters: string): string => `(
  SELECT date_trunc('hour', ${timeOf("max((value ->> 'e')::bigint)")}) + interval '1 hour'
  FROM jsonb_each(${counters}))`;

function statements(names: Names) {
  // A counter is its stretches s, each [first, last, count], and the end e of the newest. A back-off
  // has one, from the last but one to the last.
  // A rule counts if no rule up to and including it refuses; the first that refuses is answered.
  const take = sweeping(
    (sweep) => `WITH ${sweep}
    me AS MATERIALIZED (
      SELECT counters FROM ${names.limits} WHERE subject = $1::text FOR UPDATE),
    counted_before AS MATERIALIZED (
      SELECT rule.*, coalesce(found.count, 0) AS count, found.frees_at,
        coalesce(found.stretches, '[]') AS stretches,
        (found.stretches -> -1 ->> 0)::bigint AS first,
        (found.stretches -> -1 ->> 1)::bigint AS last,
        (found.stretches -> -1 ->> 2)::bigint AS newest_count
      FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (
          key text, name text, is_window boolean, allowed bigint, "window" bigint,
          apart integer, stretch bigint, base bigint, longest bigint)) WITH ORDINALITY
        AS rule (key, name, is_window, allowed, "window", apart, stretch, base, longest, position),
      LATERAL (
        SELECT jsonb_agg(value ORDER BY place) AS stretches, sum(count)::bigint AS count,
          min(last) FILTER (WHERE newer < rule.allowed) + rule.window AS frees_at
        FROM (
          SELECT value, place, (value ->> 1)::bigint AS last, (value ->> 2)::bigint AS count,
            coalesce(sum((value ->> 2)::bigint) OVER (
              ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer
          FROM me, jsonb_array_elements(me.counters -> rule.key -> 's') WITH ORDINALITY
            AS kept (value, place)
          WHERE (value ->> 1)::bigint + rule.window > $3::bigint) AS standing) AS found),
    waits AS MATERIALIZED (
      SELECT *, CASE
        WHEN count < allowed THEN 0
        WHEN is_window THEN frees_at - $3::bigint
        ELSE last - $3::bigint + least("window",
          least(base * 2 ^ least(count - allowed, 50), longest)::bigint) END AS wait
      FROM counted_before),
    refusal AS MATERIALIZED (
      SELECT position, name, wait FROM waits WHERE wait > 0 ORDER BY position LIMIT 1),
    counting AS MATERIALIZED (
      SELECT jsonb_object_agg(key, jsonb_build_object(
        'e', greatest(last, $3::bigint) + "window",
        's', CASE WHEN jsonb_array_length(stretches) >= apart AND $3::bigint - first < stretch
          THEN stretches - (-1) || jsonb_build_array(
            jsonb_build_array(CASE WHEN is_window THEN first ELSE last END,
              greatest(last, $3::bigint), newest_count + 1))
          ELSE stretches || jsonb_build_array(jsonb_build_array($3::bigint, $3::bigint, 1)) END))
        AS counters
      FROM waits WHERE NOT EXISTS (SELECT 1 FROM refusal WHERE refusal.position <= waits.position)),
    row_after AS MATERIALIZED (
      SELECT coalesce((
          SELECT jsonb_object_agg(key, value) FROM me, jsonb_each(me.counters)
          WHERE (value ->> 'e')::bigint > $3::bigint), '{}') || counters AS counters
      FROM counting WHERE counters IS NOT NULL),
    changed AS (
      UPDATE ${names.limits} AS limits
      SET counters = row_after.counters,
        ends_at = greatest(limits.ends_at, ${reclaimedFrom("row_after.counters")})
      FROM me, row_after WHERE limits.subject = $1::text RETURNING limits.subject),
    made AS (
      INSERT INTO ${names.limits} (subject, counters, ends_at)
      SELECT $1::text, counters, ${reclaimedFrom("counters")} FROM row_after
      WHERE NOT EXISTS (SELECT 1 FROM me)
      ON CONFLICT (subject) DO NOTHING RETURNING subject)
    SELECT CASE
      WHEN refusal.name IS NULL THEN json_build_object('outcome', 'allowed')
      ELSE json_build_object('outcome', 'limited', 'rule', refusal.name,
        'retryAfterSeconds', greatest(1, ceil(refusal.wait / 1000.0)::bigint)) END::text AS answer
    FROM (SELECT) AS one LEFT JOIN refusal ON true
    WHERE NOT EXISTS (SELECT 1 FROM row_after)
      OR EXISTS (SELECT 1 FROM changed) OR EXISTS (SELECT 1 FROM made)`,
    { table: names.limits, endsAt: "ends_at", now: timeOf("$3::bigint"), apart: "subject <> $1" },
  );

  // Locked in one order everywhere, so that no two calls wait for each other.
  const forgive = `WITH
    given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS given (subject text, clear jsonb, give_back jsonb)),
    own AS MATERIALIZED (
      SELECT subject, counters FROM ${names.limits} AS limits
      WHERE subject IN (SELECT given.subject FROM given) ORDER BY subject FOR UPDATE)
    UPDATE ${names.limits} AS limits
    SET counters = coalesce((
      SELECT jsonb_object_agg(key, CASE
        WHEN EXISTS (SELECT 1 FROM given
          WHERE given.subject = own.subject AND jsonb_exists(given.give_back, key))
        THEN CASE
          WHEN coalesce((value -> 's' -> -1 ->> 2)::bigint, 0) <= 1
          THEN jsonb_set(value, '{s}', (value -> 's') - (-1))
          WHEN key LIKE '["backoff",%'
          THEN jsonb_build_object(
            'e', (value ->> 'e')::bigint
              - (value -> 's' -> -1 ->> 1)::bigint + (value -> 's' -> -1 ->> 0)::bigint,
            's', jsonb_build_array(jsonb_build_array(value -> 's' -> -1 -> 0,
              value -> 's' -> -1 -> 0, (value -> 's' -> -1 ->> 2)::bigint - 1)))
          ELSE jsonb_set(value, '{s,-1,2}', to_jsonb((value -> 's' -> -1 ->> 2)::bigint - 1)) END
        ELSE value END)
      FROM jsonb_each(own.counters)
      WHERE (value ->> 'e')::bigint > $2::bigint AND NOT EXISTS (
        SELECT 1 FROM given
        WHERE given.subject = own.subject AND jsonb_exists(given.clear, key))), '{}')
    FROM own WHERE limits.subject = own.subject`;

  return { take, forgive };
}

/** Counters of attempts, all of a subject's in one row. */
export function postgresLimits(ask: Ask, names: Names): RateLimiter {
  const texts = statements(names);
  return {
    async take(subject, rules, now) {
      const values = [subject, JSON.stringify(rules.map(ruleParameter)), now.getTime()];
      return ask.untilSettled<TakeOutcome>(texts.take(), values);
    },

    async forgive(forgiveness, now) {
      if (forgiveness.length === 0) return;
      const given = forgiveness.map(({ subject, clear, giveBack }) => ({
        subject,
        clear: clear.map(keyOf),
        give_back: giveBack.map(keyOf),
      }));
      await ask(texts.forgive, [JSON.stringify(given), now.getTime()]);
    },
  };
}

/** Unambiguous, whatever the parts contain. */
function keyOf(rule: LimitRule): string {
  return JSON.stringify([rule.kind, rule.name, rule.scope]);
}

function ruleParameter(rule: LimitRule) {
  const isWindow = rule.kind === "window";
  return {
    key: keyOf(rule),
    name: rule.name,
    is_window: isWindow,
    allowed: isWindow ? rule.limit : Math.max(1, rule.free),
    window: rule.windowSeconds * 1000,
    // Of a window the first ten are remembered by themselves, then one a tenth of it; of a back-off
    // only the last one's time matters.
    apart: isWindow ? 10 : 1,
    stretch: isWindow ? rule.windowSeconds * 100 : Number.MAX_SAFE_INTEGER,
    base: isWindow ? 0 : rule.baseSeconds * 1000,
    longest: isWindow ? 0 : rule.maxSeconds * 1000,
  };
}
