import type { AttemptOutcome, CodeStore } from "@latchkey/core/ports";
import type { Runner } from "../client/runner.ts";
import { packDigest, packId, unpackId } from "../pack/id.ts";
import { attemptClaimScript, attemptEmailScript, putScript } from "./scripts.ts";

const poolMs = 24 * 60 * 60 * 1000;

/** Codes: one value per email, `<prefix>:c:<email key>`. */
export function redisCodes(runner: Runner, prefix: string): CodeStore {
  const keyOf = (emailKey: string): string => `${prefix}:c:${emailKey}`;

  return {
    async put(request, now) {
      const { emailKey, registrationId, digest, sequence, expiresAt, claimExpiresAt } = request;
      const kept = await runner.run(putScript, keyOf(emailKey), [
        packId(registrationId),
        packDigest(digest),
        sequence,
        expiresAt.getTime(),
        claimExpiresAt.getTime(),
        now.getTime(),
      ]);
      return Number(kept) === 1 ? "kept" : "superseded";
    },

    async attempt({ emailKey, digest, registrationId }, { perRegistration, perEmail }, now) {
      const [tried, at] = [packDigest(digest), now.getTime()];
      const [script, values] =
        registrationId === undefined
          ? [attemptEmailScript, [tried, perRegistration, perEmail, poolMs, at]]
          : [attemptClaimScript, [tried, packId(registrationId), perRegistration, at]];
      return outcomeOf(await runner.run(script, keyOf(emailKey), values));
    },
  };
}

function outcomeOf(reply: unknown): AttemptOutcome {
  const [outcome, id, several] = reply as [Buffer, Buffer?, unknown?];
  if (id === undefined) return { outcome: outcome.toString() } as AttemptOutcome;
  return { outcome: "matched", registrationId: unpackId(id), several: Number(several) === 1 };
}
