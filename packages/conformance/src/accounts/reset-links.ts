import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { expectOutcome, nth } from "../outcomes.ts";
import { aJob, newDigest, newHash, newId } from "../samples.ts";
import { aClaim, anOffer, anOpenLink, aUser, kept } from "./people.ts";

const superseded = { outcome: "superseded" };

export const resetLinkBehaviour: Suite<Accounts> = {
  about: "reset links",
  behaviours: {
    "a first link supersedes nothing, a second one the first": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const [first, second] = [anOffer(user.id, at(1)), anOffer(user.id, at(2))];
      const answers = [
        await store.users.offerReset(first, at(1)),
        await store.users.offerReset(second, at(2)),
      ];
      assert.deepEqual(answers, [
        { outcome: "offered", supersededDigest: null },
        { outcome: "offered", supersededDigest: first.digest },
      ]);
      assert.equal((await store.users.inspectReset(user.id, first.digest, at(3))).outcome, "gone");
      assert.equal((await store.users.inspectReset(user.id, second.digest, at(3))).outcome, "live");
    },

    "a link asked for earlier than the open one is superseded, and adds no job": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const open = await anOpenLink(store.users, user.id, at(2));
      const job = aJob(at(3));
      const earlier = anOffer(user.id, at(1.999), { jobs: [job] });
      assert.deepEqual(await store.users.offerReset(earlier, at(3)), superseded);
      assert.equal(
        (await store.users.inspectReset(user.id, earlier.digest, at(3))).outcome,
        "gone",
      );
      assert.equal((await store.users.inspectReset(user.id, open.digest, at(3))).outcome, "live");
      await assertAdded(store.outbox, [job], [], at(4));
    },

    "a superseded link offered once more stays superseded": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const first = await anOpenLink(store.users, user.id, at(1));
      const second = await anOpenLink(store.users, user.id, at(2));
      assert.deepEqual(await store.users.offerReset(first, at(3)), superseded);
      assert.equal((await store.users.inspectReset(user.id, second.digest, at(3))).outcome, "live");
    },

    "of two links asked for in one instant one lives, and they never take turns": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const offers = [anOffer(user.id, at(1)), anOffer(user.id, at(1))];
      const standing = (now: Date): Promise<readonly string[]> =>
        Promise.all(
          offers.map(async ({ digest }) => {
            return (await store.users.inspectReset(user.id, digest, now)).outcome;
          }),
        );
      for (const offer of offers) await store.users.offerReset(offer, at(2));
      const once = await standing(at(2));
      assert.deepEqual(once.toSorted(), ["gone", "live"]);
      // What a retried job sends.
      for (const offer of offers) {
        await store.users.offerReset(offer, at(3));
        assert.deepEqual(await standing(at(3)), once);
      }
    },

    "of two links asked for in one instant the same one lives, whichever arrives first": async ({
      store,
      at,
    }) => {
      const digests = [newDigest(), newDigest()];
      const living: (string | undefined)[] = [];
      for (const arriving of [digests, digests.toReversed()]) {
        const { id } = await aUser(store.users, at(0));
        for (const digest of arriving) {
          await store.users.offerReset(anOffer(id, at(1), { digest }), at(2));
        }
        const standings = await Promise.all(
          digests.map((digest) => store.users.inspectReset(id, digest, at(2))),
        );
        living.push(digests.find((_, index) => nth(standings, index).outcome === "live"));
      }
      assert.notEqual(living[0], undefined);
      assert.equal(living[0], living[1]);
    },

    "a used link never lives again": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const offer = await anOpenLink(store.users, user.id, at(10));
      // Used by a process whose clock is behind that of the one that took the request.
      const reset = { userId: user.id, digest: offer.digest, passwordHash: newHash(), jobs: [] };
      expectOutcome(await store.users.resetPassword(reset, at(9)), "done");
      for (const again of [offer, { ...offer, requestedAt: at(11) }]) {
        assert.deepEqual(await store.users.offerReset(again, at(12)), superseded);
      }
      assert.equal((await store.users.inspectReset(user.id, offer.digest, at(12))).outcome, "gone");
    },

    "a link asked for before or at the instant of a reset is superseded": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      const reset = { userId: user.id, digest, passwordHash: newHash(), jobs: [] };
      await store.users.resetPassword(reset, at(5));
      for (const requestedAt of [at(2), at(5)]) {
        const answer = await store.users.offerReset(anOffer(user.id, requestedAt), at(6));
        assert.deepEqual(answer, superseded);
      }
      const answer = await store.users.offerReset(anOffer(user.id, at(5.001)), at(6));
      assert.deepEqual(answer, { outcome: "offered", supersededDigest: null });
    },

    "a change of password ends the open link and those asked for before it": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const open = await anOpenLink(store.users, user.id, at(1));
      const change = { userId: user.id, epoch: user.epoch, passwordHash: newHash(), jobs: [] };
      expectOutcome(await store.users.changePassword(change, at(5)), "done");
      assert.equal((await store.users.inspectReset(user.id, open.digest, at(6))).outcome, "gone");
      for (const offer of [open, anOffer(user.id, at(2)), anOffer(user.id, at(5))]) {
        assert.deepEqual(await store.users.offerReset(offer, at(6)), superseded);
      }
      expectOutcome(await store.users.offerReset(anOffer(user.id, at(5.001)), at(6)), "offered");
    },

    "a link asked for before the latest of several changes is superseded": async ({
      store,
      at,
    }) => {
      const { id, epoch } = await aUser(store.users, at(0));
      // The last is made by a process whose clock is behind.
      for (const [index, now] of [at(2), at(5), at(3)].entries()) {
        const change = { userId: id, epoch: epoch + index, passwordHash: newHash(), jobs: [] };
        expectOutcome(await store.users.changePassword(change, now), "done");
      }
      assert.deepEqual(await store.users.offerReset(anOffer(id, at(4)), at(6)), superseded);
    },

    "a close-all leaves the open link alone": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      const raise = { userId: user.id, epoch: user.epoch, operationId: newId(), jobs: [] };
      expectOutcome(await store.users.raiseEpoch(raise, at(2)), "done");
      assert.equal((await store.users.inspectReset(user.id, digest, at(3))).outcome, "live");
      const reset = { userId: user.id, digest, passwordHash: newHash(), jobs: [] };
      assert.deepEqual(await store.users.resetPassword(reset, at(3)), {
        outcome: "done",
        epoch: user.epoch + 2,
      });
    },

    "disabling ends the open link for good": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const open = await anOpenLink(store.users, user.id, at(1));
      await store.users.setDisabled(user.id, true, [], at(2));
      assert.equal((await store.users.inspectReset(user.id, open.digest, at(3))).outcome, "gone");
      await store.users.setDisabled(user.id, false, [], at(4));
      assert.equal((await store.users.inspectReset(user.id, open.digest, at(5))).outcome, "gone");
      const reset = { userId: user.id, digest: open.digest, passwordHash: newHash(), jobs: [] };
      assert.deepEqual(await store.users.resetPassword(reset, at(5)), { outcome: "gone" });
      assert.deepEqual(await store.users.offerReset(open, at(5)), superseded);
    },

    "no link is offered to an unknown or disabled user": async ({ store, at }) => {
      const jobs = [aJob(at(1))];
      const unknown = anOffer(newId(), at(1), { jobs });
      assert.deepEqual(await store.users.offerReset(unknown, at(1)), superseded);
      const user = await aUser(store.users, at(0));
      await store.users.setDisabled(user.id, true, [], at(1));
      const offer = anOffer(user.id, at(2), { jobs });
      assert.deepEqual(await store.users.offerReset(offer, at(2)), superseded);
      await assertAdded(store.outbox, jobs, [], at(3));
    },

    "an unknown link is gone, and so is another user's": async ({ store, at }) => {
      const [user, other] = [await aUser(store.users, at(0)), await aUser(store.users, at(0))];
      const { digest } = await anOpenLink(store.users, other.id, at(1));
      for (const [userId, wrong] of [
        [user.id, digest],
        [user.id, newDigest()],
        [newId(), digest],
      ] as const) {
        assert.equal((await store.users.inspectReset(userId, wrong, at(2))).outcome, "gone");
        const reset = { userId, digest: wrong, passwordHash: newHash(), jobs: [] };
        assert.deepEqual(await store.users.resetPassword(reset, at(2)), { outcome: "gone" });
      }
      assert.equal((await store.users.inspectReset(other.id, digest, at(2))).outcome, "live");
    },

    "a reset gives a password to a user who had none": async ({ store, at }) => {
      const { id } = await aClaim(store.users, at(0));
      const request = { id, attemptId: newId(), withoutPassword: true, jobs: [] };
      await store.users.confirmRegistration(request, at(0));
      const { digest } = await anOpenLink(store.users, id, at(1));
      const passwordHash = newHash();
      const reset = { userId: id, digest, passwordHash, jobs: [] };
      expectOutcome(await store.users.resetPassword(reset, at(2)), "done");
      assert.equal((await kept(store.users, id)).passwordHash, passwordHash);
    },

    "looking at a link changes nothing": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      await store.users.inspectReset(user.id, digest, at(2));
      await store.users.inspectReset(user.id, newDigest(), at(2));
      assert.equal((await store.users.inspectReset(user.id, digest, at(2))).outcome, "live");
      assert.deepEqual(await kept(store.users, user.id), user);
    },
  },
};
