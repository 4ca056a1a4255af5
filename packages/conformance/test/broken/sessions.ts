import { memoryStores } from "@latchkey/core/memory";
import type { RotateOutcome, Session, SessionStore } from "@latchkey/core/ports";
import { type BrokenStore, elsewhere } from "./broken-store.ts";

const noCap = Number.POSITIVE_INFINITY;

function withSessions(change: (sessions: SessionStore) => Partial<SessionStore>) {
  return (): SessionStore => {
    const { sessions } = memoryStores();
    return { ...sessions, ...change(sessions) };
  };
}

/** Writes a session back as a `SET` does: whether or not it still stands. */
async function overwrite(sessions: SessionStore, session: Session, now: Date): Promise<void> {
  await sessions.close(session.userId, session.id);
  await sessions.open(session, noCap, now);
}

export const brokenSessions: readonly BrokenStore<SessionStore>[] = [
  {
    name: "brings back what was closed while it renewed",
    make: withSessions((sessions) => ({
      async rotate(request, now) {
        const before = await sessions.find(request.userId, request.sessionId, now);
        await elsewhere();
        const answer = await sessions.rotate(request, now);
        if (before === null || answer.outcome !== "gone") return answer;
        const session = { ...before, generation: before.generation + 1 };
        await sessions.open(session, noCap, now);
        return { outcome: "rotated", session };
      },
    })),
    caughtBy: [
      "a renewal never brings back a session that is closed meanwhile",
      "a renewal never brings back a session when all are closed meanwhile",
      "a renewal never brings back a session that another one pushed out meanwhile",
    ],
  },
  {
    name: "reads a session, renews it and writes it back",
    make: withSessions((sessions) => ({
      async rotate(request, now) {
        const before = await sessions.find(request.userId, request.sessionId, now);
        if (before?.generation !== request.generation || before.epoch < request.epoch) {
          return sessions.rotate(request, now);
        }
        await elsewhere();
        const session = { ...before, generation: before.generation + 1, rotatedAt: now };
        await overwrite(sessions, session, now);
        return { outcome: "rotated", session };
      },
    })),
    caughtBy: [
      "parallel renewals of one generation get one and the same successor",
      "a session that is spared and renewed at once keeps both its stamp and its generation",
    ],
  },
  {
    name: "looks at the cap before it adds a session",
    make: withSessions((sessions) => ({
      async open(session, maxSessions, now) {
        const standing = await sessions.list(session.userId, now);
        await elsewhere();
        const isKnown = standing.some(({ id }) => id === session.id);
        const over = isKnown ? 0 : standing.length + 1 - maxSessions;
        for (const { id } of standing.slice(0, Math.max(0, over))) {
          await sessions.close(session.userId, id);
        }
        await sessions.open(session, noCap, now);
      },
    })),
    caughtBy: ["however many are opened at once, no more than the cap stand"],
  },
  {
    name: "closes all of the sessions that its index still lists",
    make: withSessions((sessions) => {
      const index = new Map<string, Session[]>();
      return {
        async open(session, maxSessions, now) {
          await sessions.open(session, maxSessions, now);
          const newest = [...(index.get(session.userId) ?? []), session].slice(-10);
          index.set(session.userId, newest);
        },
        async closeAll(userId, { before = noCap, exceptSessionId }) {
          let count = 0;
          for (const { id, epoch } of index.get(userId) ?? []) {
            await elsewhere();
            if (epoch >= before || id === exceptSessionId) continue;
            if (await sessions.close(userId, id)) count += 1;
          }
          return count;
        },
      };
    }),
    caughtBy: [
      "no session opened before a close-all is missed, whatever is opened meanwhile",
      "a close-all ends every session of that user and counts them once",
      "a spared session is stamped with the epoch and otherwise unchanged",
    ],
  },
  {
    name: "lowers a stamp",
    make: withSessions((sessions) => {
      const known = new Map<string, Session>();
      return {
        async open(session, maxSessions, now) {
          known.set(session.id, session);
          await sessions.open(session, maxSessions, now);
        },
        async closeAll(userId, options) {
          const count = await sessions.closeAll(userId, options);
          const spared = known.get(options.exceptSessionId ?? "");
          if (spared !== undefined && options.before !== undefined) {
            const stamped = { ...spared, epoch: options.before };
            if (await sessions.close(userId, spared.id)) {
              await sessions.open(stamped, noCap, spared.createdAt);
            }
          }
          return count;
        },
      };
    }),
    caughtBy: ["a stamp is never lowered"],
  },
  {
    name: "ends all of a user's sessions for one replay",
    make: withSessions((sessions) => ({
      async rotate(request, now) {
        const answer = await sessions.rotate(request, now);
        if (answer.outcome === "replayed") await sessions.closeAll(request.userId, {});
        return answer;
      },
    })),
    caughtBy: ["a replay ends that session only"],
  },
  {
    name: "takes a stale session's token for a replay",
    make: withSessions((sessions) => ({
      rotate: async (request, now): Promise<RotateOutcome> => {
        const answer = await sessions.rotate({ ...request, epoch: 0 }, now);
        if (answer.outcome !== "rotated" && answer.outcome !== "repeated") return answer;
        return answer.session.epoch < request.epoch ? { outcome: "stale" } : answer;
      },
    })),
    caughtBy: [
      "a session of an earlier epoch is stale and unchanged, whatever generation is presented",
    ],
  },
  {
    name: "extends the grace with each repeat",
    make: withSessions((sessions) => {
      const repeatedAt = new Map<string, Date>();
      return {
        async rotate(request, now) {
          const last = repeatedAt.get(request.sessionId);
          const session = await sessions.find(request.userId, request.sessionId, now);
          const graceMs = request.graceSeconds * 1000;
          if (
            session !== null &&
            last !== undefined &&
            session.generation === request.generation + 1 &&
            now.getTime() - last.getTime() < graceMs
          ) {
            return { outcome: "repeated", session };
          }
          const answer = await sessions.rotate(request, now);
          if (answer.outcome === "repeated") repeatedAt.set(request.sessionId, now);
          return answer;
        },
      };
    }),
    caughtBy: ["the grace is counted from the last renewal, not from its repeats"],
  },
  {
    name: "takes a generation that it has lost for a forgery",
    make: withSessions((sessions) => ({
      async rotate(request, now) {
        const session = await sessions.find(request.userId, request.sessionId, now);
        if (session === null || request.generation <= session.generation) {
          return sessions.rotate(request, now);
        }
        await sessions.close(request.userId, request.sessionId);
        return { outcome: "replayed" };
      },
    })),
    caughtBy: ["a later generation than the current one is renewed to the one after it"],
  },
  {
    name: "lets a renewal outlast the absolute end",
    make: withSessions((sessions) => ({
      async rotate(request, now) {
        const answer = await sessions.rotate(request, now);
        if (answer.outcome !== "rotated") return answer;
        const idleExpiresAt = new Date(now.getTime() + request.idleSeconds * 1000);
        if (idleExpiresAt <= answer.session.expiresAt) return answer;
        const session = { ...answer.session, expiresAt: idleExpiresAt, idleExpiresAt };
        await overwrite(sessions, session, now);
        return { outcome: "rotated", session };
      },
    })),
    caughtBy: ["a renewal moves the idle end on, and never past the absolute one"],
  },
  {
    name: "tells watchers nothing of what a close-all did",
    make: () => {
      const { sessions } = memoryStores();
      let isSilent = false;
      return {
        ...sessions,
        async closeAll(userId, options) {
          isSilent = true;
          const count = await sessions.closeAll(userId, options);
          await elsewhere();
          isSilent = false;
          return count;
        },
        watch: (listener, signal) =>
          sessions.watch((notice) => {
            if (!isSilent) listener(notice);
          }, signal),
      };
    },
    caughtBy: [
      "watchers are told of all sessions that a close-all ended, and of the one it stamped",
    ],
  },
  {
    name: "compares a session's end with its own clock",
    make: withSessions((sessions) => ({
      find: (userId, sessionId) => sessions.find(userId, sessionId, new Date()),
    })),
    caughtBy: ["a session is over at its absolute end, and not before"],
  },
];
