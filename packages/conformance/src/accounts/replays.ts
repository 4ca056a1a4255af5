import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { expectOutcome } from "../outcomes.ts";
import { aJob, aRegistration, newHash, newId } from "../samples.ts";
import { aClaim, anOffer, anOpenLink, aUser, confirm, kept } from "./people.ts";

// The repeats carry jobs of other ids: it is the step that must not add them twice, not only the
// outbox that knows an id.
export const accountReplays: Suite<Accounts> = {
  about: "account writes sent twice",
  behaviours: {
    "a claim added again is added, and adds nothing": async ({ store, at }) => {
      const claim = aRegistration(at(0));
      const [first, second] = [aJob(at(0)), aJob(at(0))];
      assert.equal(await store.users.addRegistration(claim, [first], at(0)), "added");
      const again = { ...claim, firstName: "Eve" };
      assert.equal(await store.users.addRegistration(again, [second], at(0)), "added");
      assert.deepEqual(await store.users.findRegistration(claim.id, at(1)), claim);
      await assertAdded(store.outbox, [first, second], [first], at(1));
    },

    "a claim added again is added even when its tag has been taken since": async ({
      store,
      at,
    }) => {
      const claim = await aClaim(store.users, at(0));
      await aUser(store.users, at(1), { tag: claim.tag });
      assert.equal(await store.users.addRegistration(claim, [], at(2)), "added");
    },

    "a claim added again after its confirmation is added, and makes no second claim": async ({
      store,
      at,
    }) => {
      const claim = await aClaim(store.users, at(0));
      await confirm(store.users, claim.id, at(1));
      assert.equal(await store.users.addRegistration(claim, [], at(2)), "added");
      assert.equal(await store.users.findRegistration(claim.id, at(2)), null);
    },

    "a confirmation sent again is confirmed and adds no job; another one is repeated": async ({
      store,
      at,
    }) => {
      const { id } = await aClaim(store.users, at(0));
      const request = { id, attemptId: newId(), withoutPassword: false };
      const [first, second, third] = [aJob(at(1)), aJob(at(1)), aJob(at(1))];
      const confirmed = await store.users.confirmRegistration({ ...request, jobs: [first] }, at(1));
      const again = await store.users.confirmRegistration({ ...request, jobs: [second] }, at(2));
      assert.deepEqual(again, confirmed);
      const other = await store.users.confirmRegistration(
        { ...request, attemptId: newId(), jobs: [third] },
        at(2),
      );
      const { user } = expectOutcome(confirmed, "confirmed");
      assert.deepEqual(other, { outcome: "repeated", user });
      await assertAdded(store.outbox, [first, second, third], [first], at(3));
    },

    "a login recorded again is recorded": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      assert.equal(await store.users.commitLogin(user.id, user.epoch, at(1)), true);
      assert.equal(await store.users.commitLogin(user.id, user.epoch, at(1)), true);
      assert.deepEqual((await kept(store.users, user.id)).lastLoginAt, at(1));
    },

    "an upgrade of the hash sent again is true": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const [old, stronger] = [String(user.passwordHash), newHash()];
      assert.equal(await store.users.rehash(user.id, old, stronger), true);
      assert.equal(await store.users.rehash(user.id, old, stronger), true);
      assert.deepEqual(await kept(store.users, user.id), { ...user, passwordHash: stronger });
    },

    "a link offered again answers the same, superseded digest included, and adds no job": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const earlier = await anOpenLink(store.users, user.id, at(1));
      const offer = anOffer(user.id, at(2));
      const [first, second] = [aJob(at(2)), aJob(at(2))];
      const answer = await store.users.offerReset({ ...offer, jobs: [first] }, at(2));
      assert.deepEqual(answer, { outcome: "offered", supersededDigest: earlier.digest });
      assert.deepEqual(await store.users.offerReset({ ...offer, jobs: [second] }, at(3)), answer);
      assert.equal((await store.users.inspectReset(user.id, offer.digest, at(3))).outcome, "live");
      await assertAdded(store.outbox, [first, second], [first], at(4));
    },

    "a reset sent again is done in the same epoch and adds no job; another password is gone":
      async ({ store, at }) => {
        const user = await aUser(store.users, at(0));
        const { digest } = await anOpenLink(store.users, user.id, at(1));
        const reset = { userId: user.id, digest, passwordHash: newHash() };
        const [first, second, third] = [aJob(at(2)), aJob(at(2)), aJob(at(2))];
        const done = { outcome: "done", epoch: user.epoch + 1 };
        assert.deepEqual(await store.users.resetPassword({ ...reset, jobs: [first] }, at(2)), done);
        assert.deepEqual(
          await store.users.resetPassword({ ...reset, jobs: [second] }, at(3)),
          done,
        );
        const other = { ...reset, passwordHash: newHash(), jobs: [third] };
        assert.deepEqual(await store.users.resetPassword(other, at(3)), { outcome: "gone" });
        assert.deepEqual(await kept(store.users, user.id), {
          ...user,
          passwordHash: reset.passwordHash,
          epoch: user.epoch + 1,
        });
        await assertAdded(store.outbox, [first, second, third], [first], at(4));
      },

    "a reset sent again is done even when the hash has been upgraded since": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      const reset = { userId: user.id, digest, passwordHash: newHash(), jobs: [] };
      const done = await store.users.resetPassword(reset, at(2));
      const stronger = newHash();
      await store.users.rehash(user.id, reset.passwordHash, stronger);
      assert.deepEqual(await store.users.resetPassword(reset, at(3)), done);
      assert.equal((await kept(store.users, user.id)).passwordHash, stronger);
    },

    "a change of password sent again is done in the same epoch and adds no job": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const change = { userId: user.id, epoch: user.epoch, passwordHash: newHash() };
      const [first, second] = [aJob(at(1)), aJob(at(1))];
      const done = { outcome: "done", epoch: user.epoch + 1 };
      assert.deepEqual(await store.users.changePassword({ ...change, jobs: [first] }, at(1)), done);
      assert.deepEqual(
        await store.users.changePassword({ ...change, jobs: [second] }, at(2)),
        done,
      );
      assert.equal((await kept(store.users, user.id)).epoch, user.epoch + 1);
      await assertAdded(store.outbox, [first, second], [first], at(3));
    },

    "a close-all sent again is done in the same epoch and adds no job": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const raise = { userId: user.id, epoch: user.epoch, operationId: newId() };
      const [first, second] = [aJob(at(1)), aJob(at(1))];
      const done = { outcome: "done", epoch: user.epoch + 1 };
      assert.deepEqual(await store.users.raiseEpoch({ ...raise, jobs: [first] }, at(1)), done);
      assert.deepEqual(await store.users.raiseEpoch({ ...raise, jobs: [second] }, at(2)), done);
      assert.equal((await kept(store.users, user.id)).epoch, user.epoch + 1);
      await assertAdded(store.outbox, [first, second], [first], at(3));
    },

    "a disabling sent again answers the same epoch and adds no job": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const [first, second] = [aJob(at(1)), aJob(at(1))];
      assert.equal(await store.users.setDisabled(user.id, true, [first], at(1)), user.epoch + 1);
      assert.equal(await store.users.setDisabled(user.id, true, [second], at(2)), user.epoch + 1);
      await assertAdded(store.outbox, [first, second], [first], at(3));
    },
  },
};
