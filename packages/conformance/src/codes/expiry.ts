import assert from "node:assert/strict";
import type { CodeStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { around, newDigest, seconds } from "../samples.ts";
import { aCode, aKeptCode, claimSeconds, limits, tryClaim, tryEmail, useUp } from "./trying.ts";

const daySeconds = 24 * 60 * 60;

export const codeExpiry: Suite<CodeStore> = {
  about: "codes and counters end by the time they are asked at",
  behaviours: {
    "a code matches until its end, and is absent from then on": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      const [before, end, after] = around(code.expiresAt);
      assert.equal(await tryClaim(store, code, before), "matched");
      assert.equal(await tryEmail(store, code.emailKey, code.digest, before), "matched");
      for (const now of [end, after]) {
        assert.equal(await tryClaim(store, code, now), "absent");
        assert.equal(await tryEmail(store, code.emailKey, code.digest, now), "absent");
      }
    },

    "the tries of a claim are remembered until it ends, however late its last code was sent":
      async ({ store, at }) => {
        const code = await aKeptCode(store, at(0));
        await useUp(store, code, at(1));
        const { emailKey, registrationId, claimExpiresAt } = code;
        const lateAt = seconds(claimExpiresAt, -60);
        const late = aCode(lateAt, { emailKey, registrationId, claimExpiresAt });
        await store.put(late, lateAt);
        const [before] = around(claimExpiresAt);
        assert.equal(await tryClaim(store, late, before), "exhausted");
      },

    "they are remembered until the latest end that any code of the claim named": async ({
      store,
      at,
    }) => {
      const code = await aKeptCode(store, at(0), { claimExpiresAt: at(700) });
      await useUp(store, code, at(1));
      const { emailKey, registrationId } = code;
      for (const [second, claimExpiresAt] of [
        [2, at(1000)],
        [3, at(60)],
        [100, at(60)],
        [900, at(1000)],
      ] as const) {
        const own = { emailKey, registrationId, claimExpiresAt };
        const again = await aKeptCode(store, at(second), own);
        assert.equal(await tryClaim(store, again, at(second)), "exhausted");
      }
    },

    "the pool of an email is full again a day after its first try, and not before": async ({
      store,
      at,
    }) => {
      const emailKey = newDigest();
      assert.equal(await tryEmail(store, emailKey, newDigest(), at(0)), "absent");
      for (let count = 1; count < limits.perEmail; count += 1) {
        assert.equal(await tryEmail(store, emailKey, newDigest(), at(count * 60)), "absent");
      }
      const [before, end] = around(at(daySeconds));
      const code = await aKeptCode(store, at(daySeconds - 60), { emailKey });
      assert.equal(await tryEmail(store, emailKey, code.digest, before), "exhausted");
      assert.equal(await tryEmail(store, emailKey, code.digest, end), "matched");
    },

    "that an email had several claims is remembered until the last of them ends": async ({
      store,
      at,
    }) => {
      const first = await aKeptCode(store, at(0));
      const { emailKey } = first;
      const second = await aKeptCode(store, at(claimSeconds - 60), { emailKey });
      const { registrationId, claimExpiresAt } = second;
      const lateAt = seconds(claimExpiresAt, -60);
      const late = { emailKey, registrationId, claimExpiresAt };
      const code = await aKeptCode(store, lateAt, late);
      const [before] = around(claimExpiresAt);
      const answer = await store.attempt({ emailKey, digest: code.digest }, limits, before);
      assert.deepEqual(answer, { outcome: "matched", registrationId, several: true });
    },

    "that an email had several claims is forgotten when all of them have ended": async ({
      store,
      at,
    }) => {
      const { emailKey } = await aKeptCode(store, at(0));
      await aKeptCode(store, at(1), { emailKey });
      const later = claimSeconds + 1;
      const { registrationId, digest } = await aKeptCode(store, at(later), { emailKey });
      const answer = await store.attempt({ emailKey, digest }, limits, at(later));
      assert.deepEqual(answer, { outcome: "matched", registrationId, several: false });
    },

    "a claim made after the only earlier one has ended is not one of several": async ({
      store,
      at,
    }) => {
      const { emailKey } = await aKeptCode(store, at(0));
      const code = await aKeptCode(store, at(claimSeconds), { emailKey });
      const { registrationId, digest } = code;
      const answer = await store.attempt({ emailKey, digest }, limits, at(claimSeconds + 1));
      assert.deepEqual(answer, { outcome: "matched", registrationId, several: false });
    },
  },
};
