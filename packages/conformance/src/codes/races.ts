import assert from "node:assert/strict";
import type { CodeStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { nth, tally } from "../outcomes.ts";
import { newDigest, newId, shuffled } from "../samples.ts";
import { aCode, aKeptCode, limits, tryClaim, tryEmail, useUp, useUpPool } from "./trying.ts";

/** Outcomes of tries for which the code was compared. */
function compared(counts: Readonly<Record<string, number>>): number {
  return (counts["wrong"] ?? 0) + (counts["matched"] ?? 0);
}

export const codeRaces: Suite<CodeStore> = {
  about: "tries and codes at once",
  behaviours: {
    "parallel wrong codes of a claim stop at its limit": async ({ store, callers, race, at }) => {
      const code = await aKeptCode(store, at(0));
      const { emailKey, registrationId } = code;
      const answers = await race((client) =>
        client.attempt({ emailKey, registrationId, digest: newDigest() }, limits, at(1)),
      );
      const { perRegistration } = limits;
      assert.deepEqual(tally(answers), {
        wrong: perRegistration,
        exhausted: callers - perRegistration,
      });
      assert.equal(await tryClaim(store, code, at(2)), "exhausted");
    },

    "parallel wrong codes of an email stop at the limit of its pool": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const { emailKey, digest } = await aKeptCode(store, at(0));
      const perEmail = Math.min(limits.perEmail, callers - 1);
      const answers = await race((client) =>
        client.attempt({ emailKey, digest: newDigest() }, { ...limits, perEmail }, at(1)),
      );
      assert.deepEqual(tally(answers), { wrong: perEmail, exhausted: callers - perEmail });
      const last = await store.attempt({ emailKey, digest }, { ...limits, perEmail }, at(2));
      assert.deepEqual(last, { outcome: "exhausted" });
    },

    "parallel codes of an email with nothing there stop at the limit too": async ({
      callers,
      race,
      at,
    }) => {
      const emailKey = newDigest();
      const perEmail = Math.min(limits.perEmail, callers - 1);
      const answers = await race((client) =>
        client.attempt({ emailKey, digest: newDigest() }, { ...limits, perEmail }, at(1)),
      );
      assert.deepEqual(tally(answers), { absent: perEmail, exhausted: callers - perEmail });
    },

    "of parallel right codes each matches, and none is a try": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const code = await aKeptCode(store, at(0));
      const { emailKey, registrationId, digest } = code;
      for (const own of [{ registrationId }, {}]) {
        const answers = await race((client) =>
          client.attempt({ emailKey, digest, ...own }, limits, at(1)),
        );
        assert.deepEqual(tally(answers), { matched: callers });
      }
      await useUpPool(store, emailKey, at(2));
      await useUp(store, code, at(2));
    },

    "wrong codes amid right ones stop at the limit, and then the right one is not compared either":
      async ({ store, race, at }) => {
        const code = await aKeptCode(store, at(0));
        const { emailKey, registrationId } = code;
        const answers = await race((client, caller) => {
          const digest = caller % 3 === 0 ? code.digest : newDigest();
          return client.attempt({ emailKey, registrationId, digest }, limits, at(1));
        });
        assert.equal(tally(answers)["wrong"], limits.perRegistration);
        assert.equal(await tryClaim(store, code, at(2)), "exhausted");
      },

    "codes sent anew amid wrong tries win nobody a further one": async ({ store, race, at }) => {
      const { emailKey, registrationId } = await aKeptCode(store, at(0));
      let made = 0;
      for (const wave of [1, 2, 3]) {
        const answers = await race(async (client, caller) => {
          if (caller % 5 === 4) {
            await client.put(aCode(at(wave), { emailKey, registrationId }), at(wave));
            return { outcome: "sent" };
          }
          const attempt = { emailKey, registrationId, digest: newDigest() };
          return client.attempt(attempt, limits, at(wave));
        });
        made += compared(tally(answers));
      }
      assert.equal(made, limits.perRegistration);
    },

    "of codes that arrive at once in any order the one of the highest sequence stays": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const [emailKey, registrationId] = [newDigest(), newId()];
      const codes = Array.from({ length: callers }, () =>
        aCode(at(0), { emailKey, registrationId }),
      );
      const arriving = shuffled(codes, 7);
      await race((client, caller) => client.put(nth(arriving, caller), at(0)));
      const newest = nth(codes, callers - 1);
      for (const older of codes.slice(-4, -1)) {
        assert.equal(await tryClaim(store, older, at(1)), "wrong");
      }
      assert.equal(await tryClaim(store, newest, at(1)), "matched");
    },

    "claims whose codes arrive at once are several, and each keeps its own": async ({
      store,
      race,
      at,
    }) => {
      const emailKey = newDigest();
      const codes = await race(async (client) => {
        const code = aCode(at(0), { emailKey });
        assert.equal(await client.put(code, at(0)), "kept");
        return code;
      });
      for (const { registrationId, digest } of codes) {
        const answer = await store.attempt({ emailKey, registrationId, digest }, limits, at(1));
        assert.deepEqual(answer, { outcome: "matched", registrationId, several: true });
      }
      assert.equal(await tryEmail(store, emailKey, nth(codes, 0).digest, at(1)), "matched");
    },
  },
};
