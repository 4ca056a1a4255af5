import type { Session } from "../src/domain/session.ts";
import type { RotateRequest, SessionStore } from "../src/ports/session-store.ts";
import type { UserStore } from "../src/ports/user-store.ts";
import type { Around } from "./ports.ts";
import type { Broken } from "./theatre.ts";
import type { World } from "./world.ts";

// Stores that break one promise each. The tests show that every one of them is found out.

/** Another implementation of some methods; those it does not name are left as they are. */
function replace(users: Partial<UserStore>, sessions: Partial<SessionStore> = {}): Around {
  const instead: Readonly<Record<string, object>> = { users, sessions };
  return ({ port, method, args }, proceed) => {
    const other: unknown = Reflect.get(instead[port] ?? {}, method);
    return typeof other === "function"
      ? (Reflect.apply(other, undefined, args) as unknown)
      : proceed();
  };
}

const of = (world: World) => ({ ...world.ports.accounts, ...world.ports });

/** Records a login whatever became of the epoch its password was checked under. */
export const commitsAnyEpoch: Broken = (world) => {
  const { users } = of(world);
  return replace({
    async commitLogin(userId, _epoch, now) {
      const user = await users.findById(userId);
      return users.commitLogin(userId, user?.epoch ?? 0, now);
    },
  });
};

/** Reads a session, renews it and writes it back, there or not. */
export const rotatesByWritingBack: Broken = (world, pause) => {
  const { sessions } = of(world);
  return replace(
    {},
    {
      async rotate(request, now) {
        const session = await sessions.find(request.userId, request.sessionId, now);
        if (session === null) return { outcome: "gone" };
        await pause();
        await sessions.close(request.userId, request.sessionId);
        const next = successor(session, request, now);
        await sessions.open(next, 20, now);
        return { outcome: "rotated", session: next };
      },
    },
  );
};

function successor(session: Session, { generation }: RotateRequest, now: Date): Session {
  return { ...session, generation: generation + 1, rotatedAt: now };
}

/** Ends all sessions, those of the new epoch too. */
export const closesEveryEpoch: Broken = (world) => {
  const { sessions } = of(world);
  return replace(
    {},
    { closeAll: (userId, { exceptSessionId }) => sessions.closeAll(userId, { exceptSessionId }) },
  );
};

/** Spares a session without stamping it. */
export const sparesWithoutStamp: Broken = (world) => {
  const { sessions } = of(world);
  return replace(
    {},
    {
      async closeAll(userId, { before, exceptSessionId }) {
        const earlier = await sessions.list(userId, world.clock.now());
        const ending = earlier.filter(
          ({ id, epoch }) => id !== exceptSessionId && epoch < (before ?? epoch + 1),
        );
        for (const { id } of ending) await sessions.close(userId, id);
        return ending.length;
      },
    },
  );
};

/** Uses the link up and raises the epoch first, and sets the hash afterwards. */
export const resetsInTwoSteps: Broken = (world, pause) => {
  const { users } = of(world);
  return replace({
    async resetPassword(request, now) {
      const old = (await users.findById(request.userId))?.passwordHash ?? "";
      const reset = await users.resetPassword({ ...request, passwordHash: old }, now);
      if (reset.outcome === "gone") return reset;
      await pause();
      await users.rehash(request.userId, old, request.passwordHash);
      return reset;
    },
  });
};

/** Adds the jobs of a reset after the reset. */
export const resetsBeforeItsJobs: Broken = (world, pause) => {
  const { users, outbox } = of(world);
  return replace({
    async resetPassword({ jobs, ...request }, now) {
      const reset = await users.resetPassword({ ...request, jobs: [] }, now);
      if (reset.outcome === "gone") return reset;
      await pause();
      const left = jobs.map((job) =>
        job.kind === "close-sessions"
          ? { ...job, payload: { ...job.payload, before: reset.epoch } }
          : job,
      );
      await outbox.enqueue(left, now);
      return reset;
    },
  });
};

/** Looks whether the link lives, and then sets the password without asking again. */
export const resetsAfterLooking: Broken = (world, pause) => {
  const { users } = of(world);
  return replace({
    async resetPassword({ digest, ...request }, now) {
      const standing = await users.inspectReset(request.userId, digest, now);
      if (standing.outcome === "gone") return { outcome: "gone" };
      await pause();
      const epoch = (await users.findById(request.userId))?.epoch ?? 0;
      const changed = await users.changePassword({ ...request, epoch }, now);
      return changed.outcome === "done" ? changed : { outcome: "gone" };
    },
  });
};

/** Raises the epoch for a session that was overtaken. */
export const raisesForAnybody: Broken = (world) => {
  const { users } = of(world);
  return replace({
    async raiseEpoch(request, now) {
      const user = await users.findById(request.userId);
      return users.raiseEpoch({ ...request, epoch: user?.epoch ?? 0 }, now);
    },
  });
};

/** Changes the password for a session that was overtaken. */
export const changesForAnybody: Broken = (world) => {
  const { users } = of(world);
  return replace({
    async changePassword(request, now) {
      const user = await users.findById(request.userId);
      return users.changePassword({ ...request, epoch: user?.epoch ?? 0 }, now);
    },
  });
};
