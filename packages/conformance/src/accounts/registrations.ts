import assert from "node:assert/strict";
import type { Accounts, Registration } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { assertAdded } from "../outbox/taking.ts";
import { expectOutcome } from "../outcomes.ts";
import { aJob, aRegistration, around, newEmail, newHash, newId, newTag } from "../samples.ts";
import { aClaim, aUser, confirm } from "./people.ts";

const unguarded = { withoutPassword: false, jobs: [] };

export const registrationExpiry: Suite<Accounts> = {
  about: "claims end by the time they are asked at",
  behaviours: {
    "a claim is found until its end and not from then on": async ({ store, at }) => {
      const claim = await aClaim(store.users, at(0));
      const [before, end, after] = around(claim.expiresAt);
      assert.deepEqual(await store.users.findRegistration(claim.id, before), claim);
      assert.equal(await store.users.findRegistration(claim.id, end), null);
      assert.equal(await store.users.findRegistration(claim.id, after), null);
    },

    "a claim is found by its tag until its end": async ({ store, at }) => {
      const claim = await aClaim(store.users, at(0));
      const [before, end, after] = around(claim.expiresAt);
      const byTag = { kind: "tag", tag: claim.tag } as const;
      assert.deepEqual(await store.users.findForLogin(byTag, before), {
        kind: "registration",
        registration: claim,
      });
      assert.equal(await store.users.findForLogin(byTag, end), null);
      assert.equal(await store.users.findForLogin(byTag, after), null);
    },

    "a claim is confirmed just before its end": async ({ store, at }) => {
      const claim = await aClaim(store.users, at(0));
      const [before] = around(claim.expiresAt);
      const user = await confirm(store.users, claim.id, before);
      assert.deepEqual(user.confirmedAt, before);
    },

    "a claim is gone at its end and after it": async ({ store, at }) => {
      const claim = await aClaim(store.users, at(0));
      const [, end, after] = around(claim.expiresAt);
      for (const now of [end, after]) {
        const request = { id: claim.id, attemptId: newId(), ...unguarded };
        const answer = await store.users.confirmRegistration(request, now);
        assert.deepEqual(answer, { outcome: "gone" });
      }
      assert.equal(await store.users.findByEmail(claim.email), null);
    },
  },
};

export const registrationBehaviour: Suite<Accounts> = {
  about: "claims and how one becomes a user",
  behaviours: {
    "an unknown claim is null, and gone": async ({ store, at }) => {
      assert.equal(await store.users.findRegistration(newId(), at(0)), null);
      const job = aJob(at(0));
      const request = { id: newId(), attemptId: newId(), withoutPassword: false, jobs: [job] };
      const answer = await store.users.confirmRegistration(request, at(0));
      assert.deepEqual(answer, { outcome: "gone" });
      await assertAdded(store.outbox, [job], [], at(1));
    },

    "claims never exclude one another, whatever they share": async ({ store, at }) => {
      const shared = { email: newEmail(), tag: newTag() };
      const claims = [1, 2, 3].map((second) => aRegistration(at(second), shared));
      for (const claim of claims) {
        const answer = await store.users.addRegistration(claim, [], claim.createdAt);
        assert.equal(answer, "added");
      }
      for (const claim of claims) {
        assert.deepEqual(await store.users.findRegistration(claim.id, at(4)), claim);
      }
    },

    "a claim to an email that a user owns is added like any other": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const job = aJob(at(1));
      const claim = aRegistration(at(1), { email: user.email });
      assert.equal(await store.users.addRegistration(claim, [job], at(1)), "added");
      assert.deepEqual(await store.users.findRegistration(claim.id, at(1)), claim);
      await assertAdded(store.outbox, [job], [job], at(2));
    },

    "a claim to a tag that a user owns is refused and keeps nothing": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const job = aJob(at(1));
      const claim = aRegistration(at(1), { tag: user.tag });
      assert.equal(await store.users.addRegistration(claim, [job], at(1)), "tag_taken");
      assert.equal(await store.users.findRegistration(claim.id, at(1)), null);
      await assertAdded(store.outbox, [job], [], at(2));
    },

    "a confirmed claim is a user of its own id and fields, and no claim any more": async ({
      store,
      at,
    }) => {
      const names = { firstName: "Zoë 👩‍🚀", lastName: `O'Hara "\\"; --`, locale: "ru" } as const;
      const claim = await aClaim(store.users, at(0), names);
      const user = await confirm(store.users, claim.id, at(60));
      const { expiresAt: _, ...fields } = claim;
      assert.deepEqual(user, {
        ...fields,
        epoch: user.epoch,
        disabled: false,
        confirmedAt: at(60),
        lastLoginAt: null,
      });
      assert.ok(Number.isSafeInteger(user.epoch));
      assert.deepEqual(await store.users.findById(claim.id), user);
      assert.deepEqual(await store.users.findByEmail(claim.email), user);
      assert.equal(await store.users.findRegistration(claim.id, at(60)), null);
    },

    "a claim confirmed without its password makes a user without one": async ({ store, at }) => {
      const { id } = await aClaim(store.users, at(0));
      const request = { id, attemptId: newId(), withoutPassword: true, jobs: [] };
      const answer = await store.users.confirmRegistration(request, at(1));
      const { user } = expectOutcome(answer, "confirmed");
      assert.equal(user.passwordHash, null);
      assert.deepEqual(await store.users.findById(id), user);
    },

    "a claim whose tag is taken stays, and is confirmed by another tag": async ({ store, at }) => {
      const claim = await aClaim(store.users, at(0));
      await aUser(store.users, at(1), { tag: claim.tag });
      const [refused, added] = [aJob(at(2)), aJob(at(3))];
      const request = { id: claim.id, attemptId: newId(), withoutPassword: false };
      const answer = await store.users.confirmRegistration({ ...request, jobs: [refused] }, at(2));
      assert.deepEqual(answer, { outcome: "tag_taken" });
      assert.deepEqual(await store.users.findRegistration(claim.id, at(2)), claim);

      const tag = newTag();
      const second = { ...request, attemptId: newId(), tag, jobs: [added] };
      const { user } = expectOutcome(
        await store.users.confirmRegistration(second, at(3)),
        "confirmed",
      );
      assert.equal(user.tag, tag);
      await assertAdded(store.outbox, [refused, added], [added], at(4));
    },

    "a claim confirmed by another tag leaves its own tag free": async ({ store, at }) => {
      const tag = newTag();
      const [older, newer] = [
        await aClaim(store.users, at(0), { tag }),
        await aClaim(store.users, at(1), { tag }),
      ];
      const found = (): Promise<unknown> => store.users.findForLogin({ kind: "tag", tag }, at(3));
      const confirmElsewhere = ({ id }: Registration): Promise<unknown> =>
        store.users.confirmRegistration(
          { id, attemptId: newId(), tag: newTag(), ...unguarded },
          at(2),
        );
      await confirmElsewhere(newer);
      assert.deepEqual(await found(), { kind: "registration", registration: older });
      await confirmElsewhere(older);
      assert.equal(await found(), null);
      await aUser(store.users, at(3), { tag });
    },

    "a claim whose email is taken stays until it ends, and adds no job": async ({ store, at }) => {
      const email = newEmail();
      const claim = await aClaim(store.users, at(0), { email });
      await aUser(store.users, at(1), { email });
      const job = aJob(at(2));
      const request = {
        id: claim.id,
        attemptId: newId(),
        tag: newTag(),
        withoutPassword: false,
        jobs: [job],
      };
      const answer = await store.users.confirmRegistration(request, at(2));
      assert.deepEqual(answer, { outcome: "email_taken" });
      assert.deepEqual(await store.users.findRegistration(claim.id, at(2)), claim);
      await assertAdded(store.outbox, [job], [], at(3));
    },

    "what is handed in or out may be changed without changing what is kept": async ({
      store,
      at,
    }) => {
      const createdAt = at(0);
      const claim = aRegistration(createdAt, { passwordHash: newHash() });
      const copy = structuredClone(claim);
      await store.users.addRegistration(claim, [], at(0));
      createdAt.setTime(0);
      const found = await store.users.findRegistration(claim.id, at(1));
      assert.deepEqual(found, copy);
      found?.expiresAt.setTime(0);
      assert.deepEqual(await store.users.findRegistration(claim.id, at(1)), copy);
      const user = await confirm(store.users, claim.id, at(1));
      user.createdAt.setTime(0);
      assert.deepEqual((await store.users.findById(claim.id))?.createdAt, copy.createdAt);
    },
  },
};
