import assert from "node:assert/strict";
import type { CodeStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { newDigest } from "../samples.ts";
import { aCode, aKeptCode, limits, tryClaim, tryEmail, useUp } from "./trying.ts";

export const codeKeeping: Suite<CodeStore> = {
  about: "keeping codes",
  behaviours: {
    "a code sent to be kept twice is kept both times": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      assert.equal(await tryClaim(store, code, at(1), newDigest()), "wrong");
      assert.equal(await store.put(code, at(2)), "kept");
      assert.equal(await tryClaim(store, code, at(3)), "matched");
      for (let count = 1; count < limits.perRegistration; count += 1) {
        assert.equal(await tryClaim(store, code, at(3), newDigest()), "wrong");
      }
      assert.equal(await tryClaim(store, code, at(3)), "exhausted");
    },

    "another code of the same sequence is superseded": async ({ store, at }) => {
      const code = await aKeptCode(store, at(0));
      const other = { ...code, digest: newDigest() };
      assert.equal(await store.put(other, at(1)), "superseded");
      assert.equal(await tryClaim(store, other, at(2)), "wrong");
      assert.equal(await tryClaim(store, code, at(2)), "matched");
    },

    "a code of an earlier sequence is superseded, and voids nothing": async ({ store, at }) => {
      const older = aCode(at(0));
      const { emailKey, registrationId } = older;
      const newer = await aKeptCode(store, at(0), { emailKey, registrationId });
      assert.equal(await store.put(older, at(1)), "superseded");
      assert.equal(await tryClaim(store, older, at(2)), "wrong");
      assert.equal(await tryClaim(store, newer, at(2)), "matched");
    },

    "a code that was voided and is sent again stays void": async ({ store, at }) => {
      const older = await aKeptCode(store, at(0));
      const { emailKey, registrationId } = older;
      const newer = await aKeptCode(store, at(1), { emailKey, registrationId });
      assert.equal(await store.put(older, at(2)), "superseded");
      assert.equal(await tryClaim(store, newer, at(3)), "matched");
    },

    "a code matches its own claim, with and without its id": async ({ store, at }) => {
      const { emailKey, registrationId, digest } = await aKeptCode(store, at(0));
      const matched = { outcome: "matched", registrationId, several: false };
      const byId = { emailKey, registrationId, digest };
      assert.deepEqual(await store.attempt(byId, limits, at(1)), matched);
      assert.deepEqual(await store.attempt({ emailKey, digest }, limits, at(1)), matched);
    },

    "a claim whose code is sent anew is not several": async ({ store, at }) => {
      const { emailKey, registrationId } = await aKeptCode(store, at(0));
      const { digest } = await aKeptCode(store, at(1), { emailKey, registrationId });
      const answer = await store.attempt({ emailKey, digest }, limits, at(2));
      assert.deepEqual(answer, { outcome: "matched", registrationId, several: false });
    },

    "without an id each of an email's claims matches by its own code, and they are several":
      async ({ store, at }) => {
        const first = await aKeptCode(store, at(0));
        const { emailKey } = first;
        const second = await aKeptCode(store, at(1), { emailKey });
        for (const { registrationId, digest } of [first, second]) {
          const answer = await store.attempt({ emailKey, digest }, limits, at(2));
          assert.deepEqual(answer, { outcome: "matched", registrationId, several: true });
        }
        assert.equal(await tryEmail(store, emailKey, newDigest(), at(2)), "wrong");
      },

    "a code does not match another claim of its email": async ({ store, at }) => {
      const first = await aKeptCode(store, at(0));
      const second = await aKeptCode(store, at(1), { emailKey: first.emailKey });
      assert.equal(await tryClaim(store, first, at(2), second.digest), "wrong");
    },

    "of two claims with one code the newest matches, while it has tries left": async ({
      store,
      at,
    }) => {
      for (const inOrder of [true, false]) {
        const older = aCode(at(0));
        const { emailKey, digest } = older;
        const newer = aCode(at(0), { emailKey, digest });
        // Whichever arrives last: it is the sequence that tells.
        for (const code of inOrder ? [older, newer] : [newer, older]) await store.put(code, at(0));
        const matched = { outcome: "matched", several: true };
        assert.deepEqual(await store.attempt({ emailKey, digest }, limits, at(2)), {
          ...matched,
          registrationId: newer.registrationId,
        });
        await useUp(store, newer, at(3));
        assert.deepEqual(await store.attempt({ emailKey, digest }, limits, at(4)), {
          ...matched,
          registrationId: older.registrationId,
        });
      }
    },
  },
};
