import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded, takeThese } from "../outbox/taking.ts";
import { answersOf, nth, only, tally } from "../outcomes.ts";
import { aJob, aRegistration, newEmail, newId, newTag } from "../samples.ts";
import { aClaim } from "./people.ts";

export const confirmRaces: Suite<Accounts> = {
  about: "confirmations at once",
  behaviours: {
    "of many confirmations of one claim one is confirmed and all others are repeated": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const claim = await aClaim(store.users, at(0));
      const jobs = Array.from({ length: callers }, () => aJob(at(1)));
      const answers = await race(({ users }, caller) =>
        users.confirmRegistration(
          {
            id: claim.id,
            attemptId: newId(),
            withoutPassword: false,
            jobs: [nth(jobs, caller)],
          },
          at(1),
        ),
      );

      assert.deepEqual(tally(answers), { confirmed: 1, repeated: callers - 1 });
      const named = [...answersOf(answers, "confirmed"), ...answersOf(answers, "repeated")];
      for (const { user } of named) assert.equal(user.id, claim.id);
      const winner = answers.findIndex(({ outcome }) => outcome === "confirmed");
      await assertAdded(store.outbox, jobs, [nth(jobs, winner)], at(2));
    },

    "one confirmation sent many times at once is confirmed each time and adds its jobs once":
      async ({ store, callers, race, at }) => {
        const claim = await aClaim(store.users, at(0));
        const attemptId = newId();
        const jobs = Array.from({ length: callers }, () => aJob(at(1)));
        const answers = await race(({ users }, caller) =>
          users.confirmRegistration(
            { id: claim.id, attemptId, withoutPassword: false, jobs: [nth(jobs, caller)] },
            at(1),
          ),
        );

        assert.deepEqual(tally(answers), { confirmed: callers });
        only(await takeThese(store.outbox, jobs, at(2)));
      },

    "of many claims to one email one becomes a user and the others find the email taken": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const email = newEmail();
      const claims = await Promise.all(
        Array.from({ length: callers }, () => aClaim(store.users, at(0), { email })),
      );
      const jobs = claims.map(() => aJob(at(1)));
      const answers = await race(({ users }, caller) =>
        users.confirmRegistration(
          {
            id: nth(claims, caller).id,
            attemptId: newId(),
            withoutPassword: false,
            jobs: [nth(jobs, caller)],
          },
          at(1),
        ),
      );

      assert.deepEqual(tally(answers), { confirmed: 1, email_taken: callers - 1 });
      const { user } = only(answersOf(answers, "confirmed"));
      assert.deepEqual(await store.users.findByEmail(email), user);
      const winner = answers.findIndex(({ outcome }) => outcome === "confirmed");
      await assertAdded(store.outbox, jobs, [nth(jobs, winner)], at(2));
    },

    "of many claims to one tag one becomes a user and the others keep their claims": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const tag = newTag();
      const claims = await Promise.all(
        Array.from({ length: callers }, () => aClaim(store.users, at(0), { tag })),
      );
      const answers = await race(({ users }, caller) =>
        users.confirmRegistration(
          { id: nth(claims, caller).id, attemptId: newId(), withoutPassword: false, jobs: [] },
          at(1),
        ),
      );

      assert.deepEqual(tally(answers), { confirmed: 1, tag_taken: callers - 1 });
      const { user } = only(answersOf(answers, "confirmed"));
      for (const claim of claims) {
        const found = await store.users.findRegistration(claim.id, at(2));
        assert.deepEqual(found, claim.id === user.id ? null : claim);
      }
    },

    "a tag chosen at confirmation and a claim's own tag exclude each other": async ({
      store,
      together,
      at,
    }) => {
      const tag = newTag();
      const own = await aClaim(store.users, at(0), { tag });
      const other = await aClaim(store.users, at(0));
      const rest = { withoutPassword: false, jobs: [] };
      const answers = await together(
        ({ users }) =>
          users.confirmRegistration({ id: own.id, attemptId: newId(), ...rest }, at(1)),
        ({ users }) =>
          users.confirmRegistration({ id: other.id, attemptId: newId(), tag, ...rest }, at(1)),
      );
      assert.deepEqual(tally(answers), { confirmed: 1, tag_taken: 1 });
    },

    "one claim added many times at once is one claim with its jobs once": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const claim = aRegistration(at(0));
      const jobs = Array.from({ length: callers }, () => aJob(at(0)));
      const answers = await race(({ users }, caller) =>
        users.addRegistration(claim, [nth(jobs, caller)], at(0)),
      );
      assert.deepEqual(new Set(answers), new Set(["added"]));
      only(await takeThese(store.outbox, jobs, at(1)));
    },
  },
};
