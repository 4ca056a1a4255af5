import type { UserStore } from "@latchkey/core/ports";
import { jobsParameter } from "./adding-jobs.ts";
import type { Ask } from "./asking.ts";
import { endingLinks, userStep } from "./one-user.ts";
import { milliseconds, type Names, proofOf, sought } from "./sql.ts";

type ResetLinks = Pick<UserStore, "offerReset" | "inspectReset" | "resetPassword">;

function statements(names: Names) {
  // Requests of one instant are ordered by digest: the order of arrival decides nothing.
  const offer = userStep(names, {
    again: "NOT disabled AND link_digest = $2::text",
    now: `NOT disabled AND reset_digest IS DISTINCT FROM $2::text
      AND (links_ended_at IS NULL OR $3::timestamptz > links_ended_at)
      AND (link_asked_at IS NULL
        OR ($3::timestamptz, $2::text COLLATE "C") > (link_asked_at, link_asked_digest))`,
    // A link that has run out is not what this one takes the place of.
    set: `link_superseded = CASE WHEN $6::timestamptz < users.link_expires_at
        THEN users.link_digest END,
      link_digest = $2::text, link_expires_at = $4::timestamptz,
      link_asked_at = $3::timestamptz, link_asked_digest = $2::text`,
    outcome: "link_superseded",
    raises: false,
    jobs: "$5",
  });

  const isLive = `NOT disabled AND link_digest = $2::text
    AND $3::timestamptz < link_expires_at`;

  const inspect = `SELECT ${milliseconds("link_expires_at")}::text AS answer FROM ${names.users}
    WHERE id = $1::uuid AND ${isLive}`;

  const reset = userStep(names, {
    again: "reset_digest = $2::text AND reset_proof = $5::text",
    now: isLive,
    set: `password_hash = $4::text, epoch = users.epoch + 1, ${endingLinks("$3::timestamptz")},
      reset_digest = $2::text, reset_proof = $5::text, reset_epoch = users.epoch + 1`,
    outcome: "reset_epoch",
    raises: true,
    jobs: "$6",
  });

  return { offer, inspect, reset };
}

/** The one link by which a user may set a password without the old one. */
export function resetLinks(ask: Ask, names: Names): ResetLinks {
  const texts = statements(names);
  return {
    async offerReset({ userId, digest, requestedAt, expiresAt, jobs }, now) {
      const answer = await ask<{ readonly value: string | null }>(texts.offer, [
        sought(userId),
        digest,
        requestedAt.toISOString(),
        expiresAt.toISOString(),
        jobsParameter(jobs),
        now.toISOString(),
      ]);
      if (answer === null) return { outcome: "superseded" };
      return { outcome: "offered", supersededDigest: answer.value };
    },

    async inspectReset(userId, digest, now) {
      const values = [sought(userId), digest, now.toISOString()];
      const end = await ask<number>(texts.inspect, values);
      return end === null ? { outcome: "gone" } : { outcome: "live", expiresAt: new Date(end) };
    },

    async resetPassword({ userId, digest, passwordHash, jobs }, now) {
      const answer = await ask<{ readonly value: number }>(texts.reset, [
        sought(userId),
        digest,
        now.toISOString(),
        passwordHash,
        proofOf(passwordHash),
        jobsParameter(jobs),
      ]);
      return answer === null ? { outcome: "gone" } : { outcome: "done", epoch: answer.value };
    },
  };
}
