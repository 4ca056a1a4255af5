import type { RotateOutcome, Session, SessionStore } from "@latchkey/core/ports";
import type { Ask } from "./asking.ts";
import type { SessionNotices } from "./session-notices.ts";
import { type KeptSession, keptSession, sessionFrom, isLive } from "./session-rows.ts";
import { sessionStatements } from "./session-statements.ts";
import { type Names, sought } from "./sql.ts";

interface RotateAnswer {
  readonly outcome: RotateOutcome["outcome"];
  readonly session: KeptSession | null;
}

/** Sessions, all of a user's in one row. */
export function postgresSessions(ask: Ask, names: Names, notices: SessionNotices): SessionStore {
  const texts = sessionStatements(names);
  const rememberedBy = (userId: string) => (id: string, kept: KeptSession) =>
    sessionFrom(userId, id, kept);

  return {
    async open(session, maxSessions, now) {
      const values = [
        session.userId,
        session.id,
        JSON.stringify(keptSession(session)),
        maxSessions,
        now.getTime(),
        session.expiresAt.toISOString(),
      ];
      const ended = await ask.untilSettled<readonly string[]>(texts.open(), values);
      notices.tell(session.userId, ended);
    },

    async rotate({ userId, sessionId, generation, epoch, graceSeconds, idleSeconds }, now) {
      const answer = await ask<RotateAnswer>(texts.rotate, [
        sought(userId),
        sessionId,
        generation,
        epoch,
        graceSeconds * 1000,
        idleSeconds * 1000,
        now.getTime(),
      ]);
      if (answer === null) return { outcome: "gone" };
      const { outcome, session } = answer;
      if (outcome === "replayed") notices.tell(userId, [sessionId]);
      if (outcome !== "rotated" && outcome !== "repeated") return { outcome };
      if (session === null) return { outcome: "gone" };
      return { outcome, session: rememberedBy(userId)(sessionId, session) };
    },

    async find(userId, sessionId, now) {
      const kept = await ask<KeptSession>(texts.find, [sought(userId), sessionId]);
      return kept !== null && isLive(kept, now) ? sessionFrom(userId, sessionId, kept) : null;
    },

    async list(userId, now) {
      const all = await ask<Record<string, KeptSession>>(texts.list, [sought(userId)]);
      return Object.entries(all ?? {})
        .filter(([, kept]) => isLive(kept, now))
        .map(([id, kept]) => rememberedBy(userId)(id, kept))
        .toSorted(byAge);
    },

    async close(userId, sessionId) {
      const closed = (await ask<true>(texts.close, [sought(userId), sessionId])) === true;
      if (closed) notices.tell(userId, [sessionId]);
      return closed;
    },

    async closeAll(userId, { before, exceptSessionId }) {
      const values = [sought(userId), before ?? null, exceptSessionId ?? null];
      const answer = await ask<{ readonly closed: number; readonly told: readonly string[] }>(
        texts.closeAll,
        values,
      );
      notices.tell(userId, answer?.told ?? []);
      return answer?.closed ?? 0;
    },

    watch: notices.watch,
  };
}

function byAge(one: Session, other: Session): number {
  return one.createdAt.getTime() - other.createdAt.getTime();
}
