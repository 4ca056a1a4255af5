import type { AttemptOutcome, CodeStore } from "@latchkey/core/ports";
import type { Ask } from "./asking.ts";
import { codeStatements } from "./code-statements.ts";
import type { Names } from "./sql.ts";

const poolMs = 24 * 60 * 60 * 1000;

/** Digests of mailed codes and the tries on them, all of an email's in one row. */
export function postgresCodes(ask: Ask, names: Names): CodeStore {
  const texts = codeStatements(names);
  return {
    put({ emailKey, registrationId, digest, sequence, expiresAt, claimExpiresAt }, now) {
      return ask.untilSettled<"kept" | "superseded">(texts.put(), [
        emailKey,
        registrationId,
        digest,
        sequence,
        expiresAt.getTime(),
        claimExpiresAt.getTime(),
        now.getTime(),
      ]);
    },

    async attempt({ emailKey, digest, registrationId }, limits, now) {
      if (registrationId !== undefined) {
        const own = [emailKey, registrationId, digest, limits.perRegistration, now.getTime()];
        return (await ask<AttemptOutcome>(texts.attemptOnClaim, own)) ?? { outcome: "absent" };
      }
      return ask.untilSettled<AttemptOutcome>(texts.attemptOnEmail(), [
        emailKey,
        digest,
        limits.perRegistration,
        limits.perEmail,
        now.getTime(),
        now.getTime() + poolMs,
      ]);
    },
  };
}
