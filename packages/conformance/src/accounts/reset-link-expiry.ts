import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { expectOutcome } from "../outcomes.ts";
import { aJob, around, newHash, seconds } from "../samples.ts";
import { anOffer, anOpenLink, aUser, kept } from "./people.ts";

export const resetLinkExpiry: Suite<Accounts> = {
  about: "reset links end by the time they are asked at",
  behaviours: {
    "a link lives until its end and not from then on": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest, expiresAt } = await anOpenLink(store.users, user.id, at(1));
      const [before, end, after] = around(expiresAt);
      assert.equal((await store.users.inspectReset(user.id, digest, before)).outcome, "live");
      assert.equal((await store.users.inspectReset(user.id, digest, end)).outcome, "gone");
      assert.equal((await store.users.inspectReset(user.id, digest, after)).outcome, "gone");
    },

    "a live link tells its end, to the millisecond": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest, expiresAt } = await anOpenLink(store.users, user.id, at(1.234));
      const standing = await store.users.inspectReset(user.id, digest, at(2));
      assert.deepEqual(standing, { outcome: "live", expiresAt });
    },

    "a link that ran out unused still tells that it lived until then": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest, expiresAt } = await anOpenLink(store.users, user.id, at(1));
      const [before, , after] = around(expiresAt);
      await store.users.commitLogin(user.id, user.epoch, seconds(expiresAt, 60));
      assert.equal((await store.users.inspectReset(user.id, digest, after)).outcome, "gone");
      assert.equal((await store.users.inspectReset(user.id, digest, before)).outcome, "live");
    },

    "a link that has run out is not what a later one supersedes": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { expiresAt } = await anOpenLink(store.users, user.id, at(1));
      const offer = anOffer(user.id, expiresAt);
      const answer = await store.users.offerReset(offer, expiresAt);
      assert.deepEqual(answer, { outcome: "offered", supersededDigest: null });
    },

    "a link is used just before its end": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest, expiresAt } = await anOpenLink(store.users, user.id, at(1));
      const [before] = around(expiresAt);
      const reset = { userId: user.id, digest, passwordHash: newHash(), jobs: [] };
      expectOutcome(await store.users.resetPassword(reset, before), "done");
    },

    "a link past its end changes nothing": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest, expiresAt } = await anOpenLink(store.users, user.id, at(1));
      const job = aJob(at(2));
      for (const now of around(expiresAt).slice(1)) {
        const reset = { userId: user.id, digest, passwordHash: newHash(), jobs: [job] };
        assert.deepEqual(await store.users.resetPassword(reset, now), { outcome: "gone" });
      }
      assert.deepEqual(await kept(store.users, user.id), user);
      await assertAdded(store.outbox, [job], [], expiresAt);
    },
  },
};
