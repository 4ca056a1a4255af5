import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { aJob, newHash, newId, newTag } from "../samples.ts";
import { aClaim, aUser, confirm, kept } from "./people.ts";

const stale = { outcome: "stale" };

export const epochs: Suite<Accounts> = {
  about: "what raises the epoch",
  behaviours: {
    "a change of password sets the hash, raises the epoch and changes nothing else": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const change = { userId: user.id, epoch: user.epoch, passwordHash: newHash(), jobs: [] };
      const answer = await store.users.changePassword(change, at(1));
      assert.deepEqual(answer, { outcome: "done", epoch: user.epoch + 1 });
      assert.deepEqual(await kept(store.users, user.id), {
        ...user,
        passwordHash: change.passwordHash,
        epoch: user.epoch + 1,
      });
    },

    "a close-all raises the epoch and changes nothing else": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const raise = { userId: user.id, epoch: user.epoch, operationId: newId(), jobs: [] };
      const answer = await store.users.raiseEpoch(raise, at(1));
      assert.deepEqual(answer, { outcome: "done", epoch: user.epoch + 1 });
      assert.deepEqual(await kept(store.users, user.id), { ...user, epoch: user.epoch + 1 });
    },

    "neither is done in any epoch but the user's": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const jobs = [aJob(at(1))];
      for (const epoch of [user.epoch - 1, user.epoch + 1]) {
        const rest = { userId: user.id, epoch, jobs };
        const change = { ...rest, passwordHash: newHash() };
        assert.deepEqual(await store.users.changePassword(change, at(1)), stale);
        const raise = { ...rest, operationId: newId() };
        assert.deepEqual(await store.users.raiseEpoch(raise, at(1)), stale);
      }
      assert.deepEqual(await kept(store.users, user.id), user);
      await assertAdded(store.outbox, jobs, [], at(2));
    },

    "neither is done for an unknown or a disabled user": async ({ store, at }) => {
      const disabled = await aUser(store.users, at(0));
      const epoch = Number(await store.users.setDisabled(disabled.id, true, [], at(1)));
      const jobs = [aJob(at(2))];
      for (const userId of [newId(), disabled.id]) {
        const rest = { userId, epoch, jobs };
        const change = { ...rest, passwordHash: newHash() };
        assert.deepEqual(await store.users.changePassword(change, at(2)), stale);
        const raise = { ...rest, operationId: newId() };
        assert.deepEqual(await store.users.raiseEpoch(raise, at(2)), stale);
      }
      await assertAdded(store.outbox, jobs, [], at(3));
    },

    "disabling and enabling each raise the epoch and change nothing else": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      assert.equal(await store.users.setDisabled(user.id, true, [], at(1)), user.epoch + 1);
      assert.deepEqual(await kept(store.users, user.id), {
        ...user,
        disabled: true,
        epoch: user.epoch + 1,
      });
      assert.equal(await store.users.setDisabled(user.id, false, [], at(2)), user.epoch + 2);
      assert.deepEqual(await kept(store.users, user.id), { ...user, epoch: user.epoch + 2 });
    },

    "enabling a user who is enabled answers the epoch and adds no job": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const job = aJob(at(1));
      assert.equal(await store.users.setDisabled(user.id, false, [job], at(1)), user.epoch);
      assert.deepEqual(await kept(store.users, user.id), user);
      await assertAdded(store.outbox, [job], [], at(2));
    },

    "an unknown user is neither disabled nor removed": async ({ store, at }) => {
      const job = aJob(at(0));
      assert.equal(await store.users.setDisabled(newId(), true, [job], at(0)), null);
      assert.equal(await store.users.remove(newId(), [job], at(0)), false);
      await assertAdded(store.outbox, [job], [], at(1));
    },

    "a removed user is gone everywhere, and email and tag are free again": async ({
      store,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const { id, email, tag } = user;
      const waiting = await aClaim(store.users, at(1), { email });
      assert.equal(await store.users.remove(id, [], at(2)), true);

      assert.equal(await store.users.findById(id), null);
      assert.equal(await store.users.findByEmail(email), null);
      assert.equal(await store.users.findForLogin({ kind: "email", email }, at(3)), null);
      assert.equal(await store.users.findForLogin({ kind: "tag", tag }, at(3)), null);
      assert.equal(await store.users.commitLogin(id, user.epoch, at(3)), false);
      const confirmAgain = { id, attemptId: newId(), withoutPassword: false, jobs: [] };
      assert.deepEqual(await store.users.confirmRegistration(confirmAgain, at(3)), {
        outcome: "gone",
      });

      assert.equal((await confirm(store.users, waiting.id, at(4))).email, email);
      assert.equal((await aUser(store.users, at(4), { tag })).tag, tag);
    },

    "a removal leaves every other user alone": async ({ store, at }) => {
      const [user, other] = [await aUser(store.users, at(0)), await aUser(store.users, at(0))];
      await store.users.remove(user.id, [], at(1));
      assert.deepEqual(await kept(store.users, other.id), other);
      const taken = { id: newId(), tag: newTag() };
      await aUser(store.users, at(2), taken);
      assert.deepEqual(await store.users.findByEmail(other.email), other);
    },
  },
};
