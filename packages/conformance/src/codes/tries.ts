import assert from "node:assert/strict";
import type { CodeStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { newDigest, newId } from "../samples.ts";
import { aKeptCode, codeSeconds, limits, tryClaim, tryEmail, useUp, useUpPool } from "./trying.ts";

export const codeTries: Suite<CodeStore> = {
  about: "tries",
  behaviours: {
    "a code sent anew voids the older one and wins back no try": async ({ store, at }) => {
      const first = await aKeptCode(store, at(0));
      const { emailKey, registrationId } = first;
      assert.equal(await tryClaim(store, first, at(1), newDigest()), "wrong");
      const second = await aKeptCode(store, at(2), { emailKey, registrationId });
      assert.equal(await tryClaim(store, first, at(3)), "wrong");
      assert.equal(await tryClaim(store, second, at(3)), "matched");
      for (let count = 2; count < limits.perRegistration; count += 1) {
        assert.equal(await tryClaim(store, second, at(3), newDigest()), "wrong");
      }
      assert.equal(await tryClaim(store, second, at(4)), "exhausted");
    },

    "a claim without tries left stays so, whatever is sent anew": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      await useUp(store, code, at(1));
      const { emailKey, registrationId } = code;
      const again = await aKeptCode(store, at(2), { emailKey, registrationId });
      assert.equal(await tryClaim(store, again, at(3)), "exhausted");
    },

    "a claim without tries left does not match by its email either": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      await useUp(store, code, at(1));
      const outcome = await tryEmail(store, code.emailKey, code.digest, at(2));
      assert.ok(outcome === "exhausted" || outcome === "absent", outcome);
    },

    "a try on a code that has run out counts": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      const { emailKey, registrationId } = code;
      for (let count = 0; count < limits.perRegistration; count += 1) {
        assert.equal(await tryClaim(store, code, at(codeSeconds)), "absent");
      }
      const again = await aKeptCode(store, at(codeSeconds), { emailKey, registrationId });
      assert.equal(await tryClaim(store, again, at(codeSeconds + 1)), "exhausted");
    },

    "a match spends neither the code nor a try": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      for (let count = 0; count <= limits.perRegistration; count += 1) {
        assert.equal(await tryClaim(store, code, at(1)), "matched");
      }
      for (let count = 0; count <= limits.perEmail; count += 1) {
        assert.equal(await tryEmail(store, code.emailKey, code.digest, at(2)), "matched");
      }
      await useUpPool(store, code.emailKey, at(3));
      await useUp(store, code, at(3));
    },

    "strangers who empty an email's pool take no try from a claim": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      await useUpPool(store, code.emailKey, at(1));
      assert.equal(await tryEmail(store, code.emailKey, code.digest, at(2)), "exhausted");
      for (let count = 1; count < limits.perRegistration; count += 1) {
        assert.equal(await tryClaim(store, code, at(3), newDigest()), "wrong");
      }
      assert.equal(await tryClaim(store, code, at(3)), "matched");
    },

    "tries on a claim take none from the email's pool, nor from another claim": async ({
      store,
      at,
    }) => {
      const code = await aKeptCode(store, at(0));
      const other = await aKeptCode(store, at(0), { emailKey: code.emailKey });
      await useUp(store, code, at(1));
      for (let count = 0; count < limits.perEmail; count += 1) {
        assert.equal(await tryEmail(store, code.emailKey, newDigest(), at(2)), "wrong");
      }
      assert.equal(await tryEmail(store, code.emailKey, other.digest, at(3)), "exhausted");
      assert.equal(await tryClaim(store, other, at(3)), "matched");
    },

    "the pool of an email with nothing there empties like any other": async ({ store, at }) => {
      const emailKey = newDigest();
      await useUpPool(store, emailKey, at(0));
      const code = await aKeptCode(store, at(1), { emailKey });
      assert.equal(await tryEmail(store, emailKey, code.digest, at(2)), "exhausted");
    },

    "there is nothing to compare for an unknown claim, or one of another email": async ({
      store,
      at,
    }) => {
      const code = await aKeptCode(store, at(0));
      const unknown = { ...code, registrationId: newId() };
      assert.equal(await tryClaim(store, unknown, at(1)), "absent");
      const elsewhere = { ...code, emailKey: newDigest() };
      assert.equal(await tryClaim(store, elsewhere, at(1)), "absent");
      assert.equal(await tryEmail(store, newDigest(), code.digest, at(1)), "absent");
    },
  },
};
