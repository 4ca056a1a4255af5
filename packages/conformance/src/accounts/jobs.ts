import assert from "node:assert/strict";
import type { Accounts, Job, User } from "@latchkey/core/ports";
import type { Scene, Suite } from "../harness.ts";
import { takeThese } from "../outbox/taking.ts";
import { nth } from "../outcomes.ts";
import { aCloseJob, aJob, aJobOf, aRegistration, newHash, newId } from "../samples.ts";
import { aClaim, anOffer, anOpenLink, aUser } from "./people.ts";

/** A step that raises the epoch, made ready: what it does, and to whom. */
type Step = (
  scene: Scene<Accounts>,
  user: User,
) => Promise<(jobs: readonly Job[]) => Promise<unknown>>;

const raisingSteps: Readonly<Record<string, Step>> = {
  "a reset": async ({ store, at }, { id }) => {
    const { digest } = await anOpenLink(store.users, id, at(1));
    return (jobs) =>
      store.users.resetPassword({ userId: id, digest, passwordHash: newHash(), jobs }, at(2));
  },
  "a change of password": async ({ store, at }, { id, epoch }) => {
    return (jobs) =>
      store.users.changePassword({ userId: id, epoch, passwordHash: newHash(), jobs }, at(2));
  },
  "a close-all": async ({ store, at }, { id, epoch }) => {
    return (jobs) =>
      store.users.raiseEpoch({ userId: id, epoch, operationId: newId(), jobs }, at(2));
  },
  "a disabling": async ({ store, at }, { id }) => {
    return (jobs) => store.users.setDisabled(id, true, jobs, at(2));
  },
  "a removal": async ({ store, at }, { id }) => {
    return (jobs) => store.users.remove(id, jobs, at(2));
  },
};

function writesItsEpoch(step: Step): (scene: Scene<Accounts>) => Promise<void> {
  return async (scene) => {
    const { store, at } = scene;
    const user = await aUser(store.users, at(0));
    const act = await step(scene, user);
    const spared = newId();
    const jobs = [aCloseJob(user.id, at(2)), aJob(at(2)), aCloseJob(user.id, at(2), spared)];
    await act(jobs);

    const taken = await takeThese(store.outbox, jobs, at(3));
    const before = user.epoch + 1;
    assert.deepEqual(
      taken.map(({ payload }) => payload),
      [
        { userId: user.id, before, exceptSessionId: null },
        nth(jobs, 1).payload,
        { userId: user.id, before, exceptSessionId: spared },
      ],
    );
  };
}

/** Steps that end whatever link is open without being told which. */
const endingSteps = Object.fromEntries(
  Object.entries(raisingSteps).filter(([name]) => name !== "a reset" && name !== "a close-all"),
);

/** Tells a handler of a link that a step ended, which the store names. */
function anEndedLinkJob(userId: string, now: Date, linkId: string | null = null): Job {
  return aJobOf("run-handler", { event: "reset.ended", userId, linkId, expiresAt: null }, now);
}

function writesItsLink(step: Step): (scene: Scene<Accounts>) => Promise<void> {
  return async (scene) => {
    const { store, at } = scene;
    const user = await aUser(store.users, at(0));
    const { digest } = await anOpenLink(store.users, user.id, at(1));
    const jobs = [anEndedLinkJob(user.id, at(2)), aJob(at(2))];
    await (
      await step(scene, user)
    )(jobs);

    const taken = await takeThese(store.outbox, jobs, at(3));
    assert.deepEqual(
      taken.map(({ payload }) => payload),
      [{ ...nth(jobs, 0).payload, linkId: digest }, nth(jobs, 1).payload],
    );
  };
}

export const accountJobs: Suite<Accounts> = {
  about: "jobs of account writes",
  behaviours: {
    ...Object.fromEntries(
      Object.entries(raisingSteps).map(([name, step]) => [
        `${name} writes its epoch into each of its jobs that close sessions, and into no other`,
        writesItsEpoch(step),
      ]),
    ),

    ...Object.fromEntries(
      Object.entries(endingSteps).map(([name, step]) => [
        `${name} writes the link that it ends into the job that tells of it`,
        writesItsLink(step),
      ]),
    ),

    "no job tells of a link where none was open any more": async (scene) => {
      const { store, at } = scene;
      for (const step of Object.values(endingSteps)) {
        const user = await aUser(store.users, at(0));
        await anOpenLink(store.users, user.id, at(0), { expiresAt: at(1) });
        const jobs = [anEndedLinkJob(user.id, at(2)), aJob(at(2))];
        await (
          await step(scene, user)
        )(jobs);
        const taken = await takeThese(store.outbox, jobs, at(3));
        assert.deepEqual(
          taken.map(({ id }) => id),
          [nth(jobs, 1).id],
        );
      }
    },

    "a job that names the link it tells of is left as it is": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      await anOpenLink(store.users, user.id, at(1));
      const job = anEndedLinkJob(user.id, at(2), "another");
      await store.outbox.enqueue([job], at(2));
      const [taken] = await takeThese(store.outbox, [job], at(3));
      assert.deepEqual(taken?.payload, job.payload);
    },

    "an enabling writes its own epoch, not that of the disabling": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      await store.users.setDisabled(user.id, true, [], at(1));
      const job = aCloseJob(user.id, at(2));
      const epoch = await store.users.setDisabled(user.id, false, [job], at(2));
      const [taken] = await takeThese(store.outbox, [job], at(3));
      assert.equal(epoch, user.epoch + 2);
      const expected = { userId: user.id, before: epoch, exceptSessionId: null };
      assert.deepEqual(taken?.payload, expected);
    },

    "each write that succeeds adds all of its jobs, in their order": async ({ store, at }) => {
      const twoEach = Array.from({ length: 3 }, () => [aJob(at(1)), aJob(at(1))]);
      const [added, confirmed, offered] = [nth(twoEach, 0), nth(twoEach, 1), nth(twoEach, 2)];
      await store.users.addRegistration(aRegistration(at(1)), added, at(1));
      const { id } = await aClaim(store.users, at(1));
      const request = { id, attemptId: newId(), withoutPassword: false, jobs: confirmed };
      await store.users.confirmRegistration(request, at(1));
      await store.users.offerReset(anOffer(id, at(1), { jobs: offered }), at(1));
      const taken = await takeThese(store.outbox, twoEach.flat(), at(2));
      assert.deepEqual(
        taken.map((job) => job.id),
        twoEach.flat().map((job) => job.id),
      );
    },

    "a job that the outbox knows is not added again by an account write": async ({ store, at }) => {
      const job = aJob(at(1));
      await store.outbox.enqueue([job], at(1));
      await store.users.addRegistration(aRegistration(at(1)), [job], at(1));
      assert.equal((await takeThese(store.outbox, [job], at(2))).length, 1);

      const { id } = await aClaim(store.users, at(2));
      const request = { id, attemptId: newId(), withoutPassword: false, jobs: [job] };
      await store.users.confirmRegistration(request, at(2));
      assert.equal((await takeThese(store.outbox, [job], at(2))).length, 0);
    },
  },
};
