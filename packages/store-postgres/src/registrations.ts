import type { ConfirmOutcome, UserStore } from "@latchkey/core/ports";
import { addingJobs, jobsParameter, nothingToTell, wakingWorkers } from "./adding-jobs.ts";
import type { Ask } from "./asking.ts";
import {
  registrationFrom,
  registrationJson,
  userFrom,
  userJson,
  type RegistrationAnswer,
  type UserAnswer,
} from "./people.ts";
import { type Names, sought, sweeping } from "./sql.ts";

type Registrations = Pick<
  UserStore,
  "addRegistration" | "findRegistration" | "confirmRegistration"
>;

type ConfirmAnswer =
  | { readonly outcome: "confirmed" | "repeated"; readonly user: UserAnswer }
  | { readonly outcome: "email_taken" | "tag_taken" | "gone" };

function statements(names: Names) {
  // A claim that was confirmed before its adding was sent again must not come back: its user has
  // its id. Nothing here looks at the email, so a free one and an owned one are one statement.
  const add = sweeping(
    (sweep) => `WITH ${sweep}
    known AS MATERIALIZED (
      SELECT id FROM ${names.registrations} WHERE id = $1::uuid
      UNION ALL SELECT id FROM ${names.users} WHERE id = $1::uuid),
    owner AS MATERIALIZED (SELECT id FROM ${names.users} WHERE tag = $3::text),
    claim AS (
      INSERT INTO ${names.registrations} (
        id, email, tag, first_name, last_name, password_hash, locale, created_at, expires_at)
      SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text,
        $8::timestamptz, $9::timestamptz
      WHERE NOT EXISTS (SELECT 1 FROM known) AND NOT EXISTS (SELECT 1 FROM owner)
      ON CONFLICT (id) DO NOTHING RETURNING id),
    applied AS (SELECT ${nothingToTell} FROM claim),
    ${addingJobs(names, "$10")}
    SELECT to_json(CASE
      WHEN EXISTS (SELECT 1 FROM known) OR NOT EXISTS (SELECT 1 FROM owner) THEN 'added'
      ELSE 'tag_taken' END)::text AS answer, ${wakingWorkers} AS telling`,
    {
      table: names.registrations,
      endsAt: "expires_at",
      now: "$8::timestamptz",
      apart: "id <> $1::uuid",
    },
  );

  // The user is inserted first, so that whoever confirms at once waits at the unique names and not
  // at the claim. What `taken` reads only spares an error where a name was taken long ago: it is
  // the unique names that decide. Whoever loses to one (23505) asks again, and reads who won.
  //
  // The claim and the user of one id change places in one commit, so a snapshot has one of them.
  // One that still has the claim meets the user at `ON CONFLICT`, which answers the row as it is
  // now. And if the claim it has was spent and its user removed since, `spent` finds nothing to
  // delete: dividing by that undoes the insert (22012), for the user must not come back.
  const confirm = `WITH
    claim AS MATERIALIZED (
      SELECT registrations.*, coalesce($3::text, tag) AS wanted_tag
      FROM ${names.registrations} AS registrations
      WHERE id = $1::uuid AND $6::timestamptz < expires_at),
    known AS MATERIALIZED (SELECT * FROM ${names.users} WHERE id = $1::uuid),
    taken AS MATERIALIZED (
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM ${names.users} AS owner WHERE owner.email = claim.email)
          THEN 'email_taken'
        WHEN EXISTS (SELECT 1 FROM ${names.users} AS owner WHERE owner.tag = claim.wanted_tag)
          THEN 'tag_taken' END AS refusal
      FROM claim),
    made AS (
      INSERT INTO ${names.users} AS users (id, email, tag, first_name, last_name, password_hash,
        locale, created_at, confirmed_at, attempt_id)
      SELECT id, email, wanted_tag, first_name, last_name,
        CASE WHEN $4::boolean THEN NULL ELSE password_hash END,
        locale, created_at, $6::timestamptz, $2::uuid
      FROM claim, taken WHERE refusal IS NULL AND NOT EXISTS (SELECT 1 FROM known)
      ON CONFLICT (id) DO UPDATE SET epoch = users.epoch
      RETURNING users.*, (xmax = 0) AS is_new),
    spent AS (
      DELETE FROM ${names.registrations} AS registrations USING made
      WHERE registrations.id = made.id AND made.is_new RETURNING registrations.id),
    applied AS (
      SELECT ${nothingToTell} FROM made
      WHERE CASE WHEN is_new THEN 1 / (SELECT count(*) FROM spent) = 1 ELSE false END),
    ${addingJobs(names, "$5")},
    person AS (
      SELECT attempt_id, ${userJson("known")} AS json FROM known
      UNION ALL SELECT attempt_id, ${userJson("made")} FROM made)
    SELECT CASE
      WHEN person.json IS NOT NULL THEN json_build_object('user', person.json, 'outcome',
        CASE WHEN person.attempt_id = $2::uuid THEN 'confirmed' ELSE 'repeated' END)
      ELSE json_build_object('outcome', coalesce(taken.refusal, 'gone')) END::text AS answer,
      ${wakingWorkers} AS telling, (SELECT count(*) FROM applied) AS certain
    FROM (SELECT) AS one LEFT JOIN person ON true LEFT JOIN taken ON true`;

  // A user of the same id: the claim was confirmed, and its adding arrived once more after that.
  const find = `SELECT ${registrationJson("claim")}::text AS answer
    FROM ${names.registrations} AS claim
    WHERE claim.id = $1::uuid AND $2::timestamptz < claim.expires_at
      AND NOT EXISTS (SELECT 1 FROM ${names.users} AS users WHERE users.id = claim.id)`;

  return { add, confirm, find };
}

/** Claims, and how one becomes a user. */
export function registrations(ask: Ask, names: Names): Registrations {
  const texts = statements(names);
  return {
    async addRegistration(claim, jobs) {
      const answer = await ask<"added" | "tag_taken">(texts.add(), [
        claim.id,
        claim.email,
        claim.tag,
        claim.firstName,
        claim.lastName,
        claim.passwordHash,
        claim.locale,
        claim.createdAt.toISOString(),
        claim.expiresAt.toISOString(),
        jobsParameter(jobs),
      ]);
      return answer ?? "added";
    },

    async findRegistration(id, now) {
      const values = [sought(id), now.toISOString()];
      const answer = await ask<RegistrationAnswer>(texts.find, values);
      return answer === null ? null : registrationFrom(answer);
    },

    async confirmRegistration({ id, attemptId, tag, withoutPassword, jobs }, now) {
      const values = [
        sought(id),
        attemptId,
        tag ?? null,
        withoutPassword,
        jobsParameter(jobs),
        now.toISOString(),
      ];
      const answer = await ask<ConfirmAnswer>(texts.confirm, values);
      return answer === null ? { outcome: "gone" } : confirmOutcome(answer);
    },
  };
}

function confirmOutcome(answer: ConfirmAnswer): ConfirmOutcome {
  if (!("user" in answer)) return answer;
  return { outcome: answer.outcome, user: userFrom(answer.user) };
}
