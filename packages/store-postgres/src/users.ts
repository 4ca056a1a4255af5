import type { UserStore } from "@latchkey/core/ports";
import type { Ask } from "./asking.ts";
import {
  registrationFrom,
  registrationJson,
  userFrom,
  userJson,
  type RegistrationAnswer,
  type UserAnswer,
} from "./people.ts";
import { readingTogether, type Found } from "./reading-together.ts";
import { type Names, sought } from "./sql.ts";

type Users = Pick<
  UserStore,
  "findForLogin" | "findByEmail" | "findById" | "commitLogin" | "rehash"
>;

type SubjectAnswer =
  | { readonly kind: "user"; readonly user: UserAnswer }
  | { readonly kind: "registration"; readonly registration: RegistrationAnswer };

function statements(names: Names) {
  const userBy = (condition: string): string =>
    `SELECT ${userJson("users")}::text AS answer FROM ${names.users} AS users WHERE ${condition}`;
  const asSubject = (kind: string, json: string): string =>
    `json_build_object('kind', '${kind}', '${kind}', ${json})::text AS answer`;

  return {
    byIds: `SELECT json_object_agg(users.id, ${userJson("users")})::text AS answer
      FROM ${names.users} AS users WHERE users.id = ANY ($1::text[]::uuid[])`,
    byEmail: userBy("users.email = $1::text"),
    subjectByEmail: `SELECT ${asSubject("user", userJson("users"))}
      FROM ${names.users} AS users WHERE users.email = $1::text`,
    subjectByTag: `WITH
      owner AS MATERIALIZED (SELECT * FROM ${names.users} WHERE tag = $1::text),
      claim AS (
        SELECT * FROM ${names.registrations} AS registrations
        WHERE tag = $1::text AND $2::timestamptz < expires_at
          AND NOT EXISTS (SELECT 1 FROM owner)
          AND NOT EXISTS (
            SELECT 1 FROM ${names.users} AS users WHERE users.id = registrations.id)
        ORDER BY created_at DESC, id DESC LIMIT 1)
      SELECT ${asSubject("user", userJson("owner"))} FROM owner
      UNION ALL SELECT ${asSubject("registration", registrationJson("claim"))} FROM claim`,
    // One row decides: a step that raises the epoch at once is waited for, and then looked at.
    commitLogin: `UPDATE ${names.users} SET last_login_at = $3::timestamptz
      WHERE id = $1::uuid AND NOT disabled AND epoch = $2::bigint RETURNING 'true' AS answer`,
    rehash: `UPDATE ${names.users} SET password_hash = $3::text
      WHERE id = $1::uuid AND password_hash IN ($2::text, $3::text) RETURNING 'true' AS answer`,
  };
}

/** Users as they are found, and the two writes that change no standing. */
export function users(ask: Ask, names: Names): Users {
  const texts = statements(names);
  const byId = readingTogether<UserAnswer>(
    async (ids) => (await ask<Found<UserAnswer>>(texts.byIds, [ids])) ?? {},
  );
  return {
    async findForLogin(identifier, now) {
      const answer = await (identifier.kind === "email"
        ? ask<SubjectAnswer>(texts.subjectByEmail, [identifier.email])
        : ask<SubjectAnswer>(texts.subjectByTag, [identifier.tag, now.toISOString()]));
      if (answer === null) return null;
      if (answer.kind === "user") return { kind: "user", user: userFrom(answer.user) };
      return { kind: "registration", registration: registrationFrom(answer.registration) };
    },

    async findByEmail(email) {
      const answer = await ask<UserAnswer>(texts.byEmail, [email]);
      return answer === null ? null : userFrom(answer);
    },

    async findById(id) {
      const known = sought(id)?.toLowerCase();
      const answer = known === undefined ? null : await byId(known);
      return answer === null ? null : userFrom(answer);
    },

    async commitLogin(userId, epoch, now) {
      const values = [sought(userId), epoch, now.toISOString()];
      return (await ask<true>(texts.commitLogin, values)) === true;
    },

    async rehash(userId, oldHash, newHash) {
      return (await ask<true>(texts.rehash, [sought(userId), oldHash, newHash])) === true;
    },
  };
}
