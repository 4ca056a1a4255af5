import type { RotateOutcome, Session, SessionStore } from "@latchkey/core/ports";
import type { Runner } from "../client/runner.ts";
import { packId, unpackId } from "../pack/id.ts";
import { packSession, unpackSession } from "../pack/session.ts";
import { closeAllScript, closeScript, listScript, openScript, rotateScript } from "./scripts.ts";

// Above any real cap, and a number that Lua reads as it is written.
const noCap = 2 ** 31;

/** Sessions: one hash per user, `<prefix>:s:<user id>`. */
export function redisSessions(
  runner: Runner,
  prefix: string,
  watch: SessionStore["watch"],
): SessionStore {
  const keyOf = (userId: string): string => `${prefix}:s:${userId}`;
  const channel = channelOf(prefix);

  return {
    async open(session, maxSessions, now) {
      await runner.run(openScript, keyOf(session.userId), [
        channel,
        packId(session.userId),
        packId(session.id),
        packSession(session),
        Math.min(maxSessions, noCap),
        now.getTime(),
      ]);
    },

    async rotate(request, now) {
      const { userId, sessionId, generation, epoch, graceSeconds, idleSeconds } = request;
      const reply = await runner.run(rotateScript, keyOf(userId), [
        channel,
        packId(userId),
        packId(sessionId),
        generation,
        epoch,
        graceSeconds * 1000,
        idleSeconds * 1000,
        now.getTime(),
      ]);
      const [outcome, packed] = reply as [Buffer, Buffer?];
      const session = packed === undefined ? null : unpackSession(userId, sessionId, packed);
      return rotateOutcome(outcome.toString(), session);
    },

    async find(userId, sessionId, now) {
      const packed = await runner.field(keyOf(userId), packId(sessionId));
      if (packed === null) return null;
      const session = unpackSession(userId, sessionId, packed);
      return isLive(session, now) ? session : null;
    },

    async list(userId, now) {
      const flat = (await runner.run(listScript, keyOf(userId), [])) as readonly Buffer[];
      const sessions: Session[] = [];
      for (let index = 0; index + 1 < flat.length; index += 2) {
        const [id, packed] = flat.slice(index, index + 2) as [Buffer, Buffer];
        sessions.push(unpackSession(userId, unpackId(id), packed));
      }
      return sessions
        .filter((session) => isLive(session, now))
        .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
    },

    async close(userId, sessionId) {
      const values = [channel, packId(userId), packId(sessionId)];
      return Number(await runner.runOnReplicas(closeScript, keyOf(userId), values)) === 1;
    },

    async closeAll(userId, { before, exceptSessionId }) {
      const closed = await runner.runOnReplicas(closeAllScript, keyOf(userId), [
        channel,
        packId(userId),
        before ?? "",
        exceptSessionId === undefined ? "" : packId(exceptSessionId),
      ]);
      return Number(closed);
    },

    watch,
  };
}

function rotateOutcome(outcome: string, session: Session | null): RotateOutcome {
  if (session !== null && (outcome === "rotated" || outcome === "repeated")) {
    return { outcome, session };
  }
  if (outcome === "replayed" || outcome === "stale" || outcome === "gone") return { outcome };
  throw new TypeError(`the script answered ${outcome}`);
}

/** Where closed and stamped sessions are announced. */
export function channelOf(prefix: string): string {
  return `${prefix}:closed`;
}

function isLive({ idleExpiresAt, expiresAt }: Session, now: Date): boolean {
  return now < idleExpiresAt && now < expiresAt;
}
