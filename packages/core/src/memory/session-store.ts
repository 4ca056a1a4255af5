import { isLive, type Session } from "../domain/session.ts";
import type { RotateRequest, SessionNotice, SessionStore } from "../ports/session-store.ts";
import { sweeper } from "./sweep.ts";

/** A user's sessions by id. The values are never changed, only replaced. */
type Own = Map<string, Session>;

export function memorySessions(): SessionStore {
  const users = new Map<string, Own>();
  const listeners = new Set<(notice: SessionNotice) => void>();

  // Microtasks run before whoever closed goes on, and a listener that throws harms nobody else.
  const tell = (userId: string, sessionIds: readonly string[]): void => {
    if (sessionIds.length === 0) return;
    for (const listener of listeners) {
      queueMicrotask(() => listener({ kind: "closed", userId, sessionIds }));
    }
  };
  const end = (userId: string, own: Own, sessionIds: readonly string[]): void => {
    for (const id of sessionIds) own.delete(id);
    if (own.size === 0) users.delete(userId);
    tell(userId, sessionIds);
  };
  const dropExpired = (userId: string, own: Own, now: Date): void => {
    for (const session of own.values()) if (!isLive(session, now)) own.delete(session.id);
    if (own.size === 0) users.delete(userId);
  };
  const sweep = sweeper(users, dropExpired);
  const live = (userId: string, sessionId: string, now: Date): Session | undefined => {
    const session = users.get(userId)?.get(sessionId);
    return session !== undefined && isLive(session, now) ? session : undefined;
  };

  return {
    async open(session, maxSessions, now) {
      sweep(now);
      const own: Own = users.get(session.userId) ?? new Map<string, Session>();
      if (own.has(session.id)) return;
      dropExpired(session.userId, own, now);
      const oldestFirst = [...own.values()].toSorted(byAge);
      // Not the one just opened, even if another process's clock is ahead of its own.
      const over = oldestFirst.slice(0, Math.max(0, own.size + 1 - maxSessions));
      users.set(session.userId, own.set(session.id, structuredClone(session)));
      end(
        session.userId,
        own,
        over.map(({ id }) => id),
      );
    },

    async rotate(request, now) {
      const { userId, sessionId } = request;
      const session = live(userId, sessionId, now);
      if (session === undefined) return { outcome: "gone" };
      const own = users.get(userId) ?? new Map<string, Session>();
      const outcome = decide(session, request, now);
      if (outcome === "stale") return { outcome };
      if (outcome === "repeated") return { outcome, session: structuredClone(session) };
      if (outcome === "replayed") {
        end(userId, own, [sessionId]);
        return { outcome };
      }
      const next = successor(session, request, now);
      own.set(sessionId, next);
      return { outcome, session: structuredClone(next) };
    },

    async find(userId, sessionId, now) {
      return structuredClone(live(userId, sessionId, now) ?? null);
    },

    async list(userId, now) {
      const own = [...(users.get(userId)?.values() ?? [])];
      return structuredClone(own.filter((session) => isLive(session, now)).toSorted(byAge));
    },

    async close(userId, sessionId) {
      const own = users.get(userId);
      if (own === undefined || !own.has(sessionId)) return false;
      end(userId, own, [sessionId]);
      return true;
    },

    async closeAll(userId, { before, exceptSessionId }) {
      const own = users.get(userId);
      if (own === undefined) return 0;
      const earlier = [...own.values()].filter(
        (session) => before === undefined || session.epoch < before,
      );
      const closed = earlier.map(({ id }) => id).filter((id) => id !== exceptSessionId);
      const spared = earlier.find(({ id }) => id === exceptSessionId);
      if (spared !== undefined && before !== undefined) {
        own.set(spared.id, { ...spared, epoch: before });
        tell(userId, [spared.id]);
      }
      end(userId, own, closed);
      return closed.length;
    },

    async watch(listener, signal) {
      if (signal.aborted) return;
      const own = (notice: SessionNotice): void => {
        if (!signal.aborted) listener(notice);
      };
      listeners.add(own);
      signal.addEventListener("abort", () => listeners.delete(own), { once: true });
    },
  };
}

function byAge(one: Session, other: Session): number {
  return one.createdAt.getTime() - other.createdAt.getTime();
}

/** Time never runs backwards, whichever process's clock was behind. */
function notBefore(session: Session, now: Date): number {
  return Math.max(session.rotatedAt.getTime(), now.getTime());
}

function decide(
  session: Session,
  { generation, epoch, graceSeconds }: RotateRequest,
  now: Date,
): "rotated" | "repeated" | "replayed" | "stale" {
  if (session.epoch < epoch) return "stale";
  if (generation >= session.generation) return "rotated";
  const age = notBefore(session, now) - session.rotatedAt.getTime();
  const repeated = generation === session.generation - 1 && age < graceSeconds * 1000;
  return repeated ? "repeated" : "replayed";
}

function successor(
  session: Session,
  { generation, idleSeconds }: RotateRequest,
  now: Date,
): Session {
  const rotatedAt = notBefore(session, now);
  const idleEnd = Math.min(rotatedAt + idleSeconds * 1000, session.expiresAt.getTime());
  return {
    ...session,
    generation: generation + 1,
    rotatedAt: new Date(rotatedAt),
    idleExpiresAt: new Date(idleEnd),
  };
}
