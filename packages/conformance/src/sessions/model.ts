import type { CloseAllOptions, RotateOutcome, RotateRequest, Session } from "@latchkey/core/ports";

/** One user's sessions as plainly as they can be written, to compare a store with. */
export interface SessionModel {
  open(session: Session, maxSessions: number, now: Date): void;
  rotate(request: RotateRequest, now: Date): RotateOutcome;
  list(now: Date): readonly Session[];
  /** How many ended; expired ones are nobody's concern, so drop them first. */
  closeAll(options: CloseAllOptions, now: Date): number;
  close(sessionId: string, now: Date): boolean;
}

export function sessionModel(): SessionModel {
  let sessions: readonly Session[] = [];

  const live = (now: Date): readonly Session[] =>
    sessions.filter(({ idleExpiresAt, expiresAt }) => now < idleExpiresAt && now < expiresAt);
  const without = (sessionId: string): readonly Session[] =>
    sessions.filter(({ id }) => id !== sessionId);

  return {
    open(session, maxSessions, now) {
      if (live(now).some(({ id }) => id === session.id)) return;
      sessions = [...live(now), session];
      while (sessions.length > maxSessions) sessions = sessions.slice(1);
    },

    rotate({ sessionId, generation, epoch, graceSeconds, idleSeconds }, now) {
      const session = live(now).find(({ id }) => id === sessionId);
      if (session === undefined) return { outcome: "gone" };
      if (session.epoch < epoch) return { outcome: "stale" };
      if (generation < session.generation) {
        const graceEnds = session.rotatedAt.getTime() + graceSeconds * 1000;
        if (generation + 1 === session.generation && now.getTime() < graceEnds) {
          return { outcome: "repeated", session };
        }
        sessions = without(sessionId);
        return { outcome: "replayed" };
      }
      const idleEnds = now.getTime() + idleSeconds * 1000;
      const next: Session = {
        ...session,
        generation: generation + 1,
        rotatedAt: now,
        idleExpiresAt: new Date(Math.min(idleEnds, session.expiresAt.getTime())),
      };
      sessions = sessions.map((other) => (other.id === sessionId ? next : other));
      return { outcome: "rotated", session: next };
    },

    list: live,

    closeAll({ before, exceptSessionId }, now) {
      const standing = live(now);
      const limit = before ?? Number.POSITIVE_INFINITY;
      sessions = standing
        .filter(({ id, epoch }) => epoch >= limit || id === exceptSessionId)
        .map((session) =>
          session.id === exceptSessionId && before !== undefined
            ? { ...session, epoch: Math.max(session.epoch, before) }
            : session,
        );
      return standing.length - sessions.length;
    },

    close(sessionId, now) {
      const wasThere = live(now).some(({ id }) => id === sessionId);
      sessions = without(sessionId);
      return wasThere;
    },
  };
}
