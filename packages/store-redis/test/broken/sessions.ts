import type { Session } from "@latchkey/core/ports";
import { packId } from "../../src/pack/id.ts";
import { packSession, unpackSession } from "../../src/pack/session.ts";
import type { BrokenVariant } from "./variant.ts";

const keyOf = (userId: string): string => `broken:s:${userId}`;

/** Sessions whose scripts were taken apart into commands. */
export const brokenSessions: readonly BrokenVariant<"sessions">[] = [
  {
    name: "renews by HGET and HSET",
    of: (redis, sound) => ({
      ...sound,
      async rotate(request, now) {
        const { userId, sessionId, generation, epoch, idleSeconds } = request;
        const packed = await redis.hgetBuffer(keyOf(userId), packId(sessionId));
        if (packed === null) return { outcome: "gone" };
        const session = unpackSession(userId, sessionId, packed);
        if (generation < session.generation || session.epoch < epoch) {
          return sound.rotate(request, now);
        }
        const idleEnd = Math.min(now.getTime() + idleSeconds * 1000, session.expiresAt.getTime());
        const next: Session = {
          ...session,
          generation: generation + 1,
          rotatedAt: now,
          idleExpiresAt: new Date(idleEnd),
        };
        await redis.hset(keyOf(userId), packId(sessionId), packSession(next));
        return { outcome: "rotated", session: next };
      },
    }),
    caughtBy: [
      "parallel renewals of one generation get one and the same successor",
      "a renewal never brings back a session that is closed meanwhile",
      "a renewal never brings back a session when all are closed meanwhile",
    ],
  },
  {
    name: "closes by HEXISTS and HDEL",
    of: (redis, sound) => ({
      ...sound,
      async close(userId, sessionId) {
        const there = await redis.hexists(keyOf(userId), packId(sessionId));
        await sound.close(userId, sessionId);
        return there === 1;
      },
    }),
    caughtBy: ["of many who close a session one is told that it was there"],
  },
  {
    name: "looks at the cap by HLEN before it opens",
    of: (redis, sound) => ({
      ...sound,
      async open(session, maxSessions, now) {
        const count = await redis.hlen(keyOf(session.userId));
        if (count >= maxSessions) return sound.open(session, maxSessions, now);
        await redis.hset(keyOf(session.userId), packId(session.id), packSession(session));
      },
    }),
    caughtBy: ["however many are opened at once, no more than the cap stand"],
  },
  {
    name: "closes all by HKEYS and HDEL",
    of: (redis, sound) => ({
      ...sound,
      async closeAll(userId, options) {
        const open = await sound.list(userId, new Date(0));
        const ended = open.filter(
          ({ id, epoch }) =>
            id !== options.exceptSessionId &&
            (options.before === undefined || epoch < options.before),
        );
        for (const { id } of ended) await redis.hdel(keyOf(userId), packId(id));
        return ended.length;
      },
    }),
    caughtBy: [
      "watchers are told of all sessions that a close-all ended, and of the one it stamped",
      "a spared session is stamped with the epoch and otherwise unchanged",
    ],
  },
];
