import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { nth, trues } from "../outcomes.ts";
import { aJob, newHash, newId, shuffled } from "../samples.ts";
import { anOffer, anOpenLink, aUser, kept } from "./people.ts";

const rounds = 10;

export const loginRaces: Suite<Accounts> = {
  about: "logins, links and removals at once",
  behaviours: {
    "a login under the old password is never recorded after a reset, nor undoes it": async ({
      store,
      race,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const user = await aUser(store.users, at(0));
        const { digest } = await anOpenLink(store.users, user.id, at(1));
        const passwordHash = newHash();
        let isReset = false;
        const answers = await race(async ({ users }, caller) => {
          if (caller === (round * 3) % 10) {
            const reset = { userId: user.id, digest, passwordHash, jobs: [] };
            await users.resetPassword(reset, at(2));
            isReset = true;
            return { late: false, recorded: false };
          }
          const late = isReset;
          return { late, recorded: await users.commitLogin(user.id, user.epoch, at(3)) };
        });

        assert.ok(answers.every(({ late, recorded }) => !(late && recorded)));
        const recorded = answers.some((answer) => answer.recorded);
        assert.deepEqual(await kept(store.users, user.id), {
          ...user,
          passwordHash,
          epoch: user.epoch + 1,
          lastLoginAt: recorded ? at(3) : null,
        });
        assert.equal(await store.users.commitLogin(user.id, user.epoch, at(4)), false);
        assert.equal(await store.users.commitLogin(user.id, user.epoch + 1, at(4)), true);
      }
    },

    "a login at once with a disabling is recorded before it or not at all": async ({
      store,
      together,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const user = await aUser(store.users, at(0));
        const [recorded, epoch] = await together(
          ({ users }) => users.commitLogin(user.id, user.epoch, at(1)),
          ({ users }) => users.setDisabled(user.id, true, [], at(1)),
        );
        assert.equal(epoch, user.epoch + 1);
        assert.deepEqual(await kept(store.users, user.id), {
          ...user,
          disabled: true,
          epoch: user.epoch + 1,
          lastLoginAt: recorded ? at(1) : null,
        });
      }
    },

    "of links offered at once the one asked for last lives": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const inOrder = Array.from({ length: callers }, (_, index) => at(1 + index / 1000));
      const offers = shuffled(inOrder, 3).map((requestedAt) => anOffer(user.id, requestedAt));
      const answers = await race(({ users }, caller) =>
        users.offerReset(nth(offers, caller), at(2)),
      );

      const newest = offers.reduce((one, other) =>
        one.requestedAt > other.requestedAt ? one : other,
      );
      for (const { digest } of offers) {
        const expected = digest === newest.digest ? "live" : "gone";
        assert.equal((await store.users.inspectReset(user.id, digest, at(2))).outcome, expected);
      }
      const superseded = answers
        .map((answer) => (answer.outcome === "offered" ? answer.supersededDigest : null))
        .filter((digest) => digest !== null);
      assert.equal(new Set(superseded).size, superseded.length, "one link was superseded twice");
      assert.ok(!superseded.includes(newest.digest));
    },

    "one link offered many times at once answers the same each time and adds its jobs once":
      async ({ store, callers, race, at }) => {
        const user = await aUser(store.users, at(0));
        const earlier = await anOpenLink(store.users, user.id, at(1));
        const job = aJob(at(2));
        const offer = anOffer(user.id, at(2), { jobs: [job] });
        const answers = await race(({ users }) => users.offerReset(offer, at(2)));
        assert.equal(answers.length, callers);
        for (const answer of answers) {
          assert.deepEqual(answer, { outcome: "offered", supersededDigest: earlier.digest });
        }
        await assertAdded(store.outbox, [job], [job], at(3));
      },

    "a reset and a link asked for before it leave either the reset or the link, never both":
      async ({ store, together, at }) => {
        for (let round = 0; round < rounds; round += 1) {
          const user = await aUser(store.users, at(0));
          const { digest } = await anOpenLink(store.users, user.id, at(1));
          const passwordHash = newHash();
          const later = anOffer(user.id, at(2));
          const [offered, reset] = await together(
            ({ users }) => users.offerReset(later, at(3)),
            ({ users }) =>
              users.resetPassword({ userId: user.id, digest, passwordHash, jobs: [] }, at(3)),
          );
          const live = (await store.users.inspectReset(user.id, later.digest, at(4))).outcome;
          if (reset.outcome === "done") {
            assert.equal(live, "gone");
            assert.deepEqual(await kept(store.users, user.id), {
              ...user,
              passwordHash,
              epoch: user.epoch + 1,
            });
          } else {
            assert.deepEqual(offered, { outcome: "offered", supersededDigest: digest });
            assert.equal(live, "live");
            assert.deepEqual(await kept(store.users, user.id), user);
          }
        }
      },

    "of many removals of a user one is true": async ({ store, race, callers, at }) => {
      const user = await aUser(store.users, at(0));
      const jobs = Array.from({ length: callers }, () => aJob(at(1)));
      const answers = await race(({ users }, caller) =>
        users.remove(user.id, [nth(jobs, caller)], at(1)),
      );
      assert.equal(trues(answers), 1);
      assert.equal(await store.users.findById(user.id), null);
      await assertAdded(store.outbox, jobs, [nth(jobs, answers.indexOf(true))], at(2));
    },

    "many callers who disable a user raise the epoch once": async ({ store, race, at }) => {
      const user = await aUser(store.users, at(0));
      const answers = await race(({ users }) => users.setDisabled(user.id, true, [], at(1)));
      assert.deepEqual(new Set(answers), new Set([user.epoch + 1]));
      const request = { userId: user.id, epoch: user.epoch + 1, operationId: newId(), jobs: [] };
      const raised = await store.users.raiseEpoch(request, at(2));
      assert.deepEqual(raised, { outcome: "stale" });
    },

    "of disablings and enablings at once each change raises the epoch by one": async ({
      store,
      race,
      at,
    }) => {
      const user = await aUser(store.users, at(0));
      const answers = await race(({ users }, caller) =>
        users.setDisabled(user.id, caller % 2 === 0, [], at(1)),
      );
      const now = await kept(store.users, user.id);
      const changes = now.epoch - user.epoch;
      assert.equal(Math.max(...answers.map(Number)), now.epoch);
      assert.equal(now.disabled, changes % 2 === 1);
    },
  },
};
