import assert from "node:assert/strict";
import type { Accounts, User } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded, takeThese } from "../outbox/taking.ts";
import { answersOf, nth, only, tally } from "../outcomes.ts";
import { aJob, newHash, newId } from "../samples.ts";
import { anOpenLink, aUser, kept } from "./people.ts";

/** How often two calls are set against each other: real stores order them by chance. */
const rounds = 10;

export const passwordRaces: Suite<Accounts> = {
  about: "passwords and epochs at once",
  behaviours: {
    "of many resets by one link with different passwords one is done": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      const hashes = Array.from({ length: callers }, newHash);
      const jobs = hashes.map(() => aJob(at(2)));
      const answers = await race(({ users }, caller) =>
        users.resetPassword(
          {
            userId: user.id,
            digest,
            passwordHash: nth(hashes, caller),
            jobs: [nth(jobs, caller)],
          },
          at(2),
        ),
      );

      assert.deepEqual(tally(answers), { done: 1, gone: callers - 1 });
      const winner = answers.findIndex(({ outcome }) => outcome === "done");
      assert.deepEqual(await kept(store.users, user.id), {
        ...user,
        passwordHash: nth(hashes, winner),
        epoch: user.epoch + 1,
      });
      await assertAdded(store.outbox, jobs, [nth(jobs, winner)], at(3));
    },

    "one reset sent many times at once is done each time, raising the epoch and adding its jobs once":
      async ({ store, callers, race, at }) => {
        const user = await aUser(store.users, at(0));
        const { digest } = await anOpenLink(store.users, user.id, at(1));
        const passwordHash = newHash();
        const jobs = Array.from({ length: callers }, () => aJob(at(2)));
        const answers = await race(({ users }, caller) =>
          users.resetPassword(
            { userId: user.id, digest, passwordHash, jobs: [nth(jobs, caller)] },
            at(2),
          ),
        );

        for (const answer of answers) {
          assert.deepEqual(answer, { outcome: "done", epoch: user.epoch + 1 });
        }
        const now = await kept(store.users, user.id);
        assert.deepEqual(now, { ...user, passwordHash, epoch: user.epoch + 1 });
        only(await takeThese(store.outbox, jobs, at(3)));
      },

    "of many changes of password in one epoch one is done": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const hashes = Array.from({ length: callers }, newHash);
      const answers = await race(({ users }, caller) =>
        users.changePassword(
          { userId: user.id, epoch: user.epoch, passwordHash: nth(hashes, caller), jobs: [] },
          at(1),
        ),
      );

      assert.deepEqual(tally(answers), { done: 1, stale: callers - 1 });
      const winner = answers.findIndex(({ outcome }) => outcome === "done");
      const now = await kept(store.users, user.id);
      assert.equal(now.passwordHash, hashes[winner]);
      assert.equal(now.epoch, user.epoch + 1);
    },

    "one change of password sent many times at once is done each time, raising the epoch once":
      async ({ store, callers, race, at }) => {
        const user = await aUser(store.users, at(0));
        const change = { userId: user.id, epoch: user.epoch, passwordHash: newHash(), jobs: [] };
        const answers = await race(({ users }) => users.changePassword(change, at(1)));
        assert.deepEqual(tally(answers), { done: callers });
        assert.equal((await kept(store.users, user.id)).epoch, user.epoch + 1);
      },

    "of many close-alls in one epoch one raises it": async ({ store, callers, race, at }) => {
      const user = await aUser(store.users, at(0));
      const answers = await race(({ users }) =>
        users.raiseEpoch(
          { userId: user.id, epoch: user.epoch, operationId: newId(), jobs: [] },
          at(1),
        ),
      );
      assert.deepEqual(tally(answers), { done: 1, stale: callers - 1 });
      assert.equal((await kept(store.users, user.id)).epoch, user.epoch + 1);
    },

    "one close-all sent many times at once is done each time, raising the epoch once": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const raise = { userId: user.id, epoch: user.epoch, operationId: newId(), jobs: [] };
      const answers = await race(({ users }) => users.raiseEpoch(raise, at(1)));
      assert.deepEqual(tally(answers), { done: callers });
      assert.equal((await kept(store.users, user.id)).epoch, user.epoch + 1);
    },

    "reset, change and close-all at once each raise the epoch by one, and the last password stays":
      async ({ store, race, at }) => {
        for (let round = 0; round < rounds; round += 1) {
          const user = await aUser(store.users, at(0));
          const { digest } = await anOpenLink(store.users, user.id, at(1));
          const rest = { userId: user.id, epoch: user.epoch, jobs: [] };
          const answers = await race(async ({ users }, caller) => {
            const passwordHash = newHash();
            const turn = (caller + round) % 3;
            if (turn === 0) {
              const reset = { userId: user.id, digest, passwordHash, jobs: [] };
              return { passwordHash, ...(await users.resetPassword(reset, at(2))) };
            }
            if (turn === 1) {
              const answer = await users.changePassword({ ...rest, passwordHash }, at(2));
              return { passwordHash, ...answer };
            }
            const answer = await users.raiseEpoch({ ...rest, operationId: newId() }, at(2));
            return { passwordHash: null, ...answer };
          });
          assertEachRaisedByOne(user, await kept(store.users, user.id), answersOf(answers, "done"));
          assert.equal((await store.users.inspectReset(user.id, digest, at(3))).outcome, "gone");
        }
      },

    "an upgrade of the hash never undoes a reset": async ({ store, together, at }) => {
      for (let round = 0; round < rounds; round += 1) {
        const user = await aUser(store.users, at(0));
        const old = String(user.passwordHash);
        const { digest } = await anOpenLink(store.users, user.id, at(1));
        const passwordHash = newHash();
        const reset = { userId: user.id, digest, passwordHash, jobs: [] };
        await together(
          ({ users }) => users.rehash(user.id, old, newHash()),
          ({ users }) => users.resetPassword(reset, at(2)),
        );
        assert.equal((await kept(store.users, user.id)).passwordHash, passwordHash);
      }
    },
  },
};

function assertEachRaisedByOne(
  before: User,
  after: User,
  done: readonly { readonly epoch: number; readonly passwordHash: string | null }[],
): void {
  const inOrder = done.toSorted((one, other) => one.epoch - other.epoch);
  assert.deepEqual(
    inOrder.map(({ epoch }) => epoch),
    inOrder.map((_, index) => before.epoch + index + 1),
    "two steps raised the user to the same epoch, or one was skipped",
  );
  assert.equal(after.epoch, before.epoch + inOrder.length);
  const last = inOrder.findLast(({ passwordHash }) => passwordHash !== null);
  assert.equal(after.passwordHash, last?.passwordHash ?? before.passwordHash);
  // The guard admits one change or one close-all, the link one reset.
  assert.ok(inOrder.length >= 1 && inOrder.length <= 2);
}
