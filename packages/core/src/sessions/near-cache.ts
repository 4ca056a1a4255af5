import { LRUCache } from "lru-cache";
import { isLive, type Session } from "../domain/session.ts";
import type { Clock } from "../ports/clock.ts";
import type { SessionStore } from "../ports/session-store.ts";
import { listener } from "./listener.ts";

/** Nothing remembered is older than this, whatever becomes of the channel. */
export const longestMemoryMs = 2000;

/** From this age on, what is used is asked for anew in passing, so that nobody waits at the end. */
const askedAnewAfterMs = 1000;

/** A session store, and the same store with a memory of its own in front of it. */
export interface NearCache {
  /** Asks the store each time. What is ended here is forgotten by `near` before that resolves. */
  readonly exact: SessionStore;
  /**
   * A session store whose `find` may answer what was so up to 2 s before. Renewals elsewhere are
   * therefore seen late; what decides anything but "does it stand" asks `exact`.
   */
  readonly near: SessionStore;
  /** Whether a session is remembered to stand; waits for nobody. */
  recall(userId: string, sessionId: string, now: Date): boolean;
  /** Listens for what others end; without it, the first lookup does. */
  start(): void;
  /** Listens no more, and remembers nothing until it is started again. */
  stop(): void;
}

export interface NearCacheSettings {
  /** Sessions remembered at most; those used longest ago are forgotten first. */
  readonly entries: number;
  readonly clock: Clock;
  /** Told when the store cannot be listened to; it is tried again. */
  readonly onFault: (cause: unknown) => void;
}

/** When a lookup was sent, by the clock that cannot be set back and by the usual one. */
interface Sending {
  readonly sentAt: number;
  readonly sentOn: number;
}

/** A session that stood when a lookup was answered. */
interface Standing extends Sending {
  readonly session: Session;
  /** When it ends by itself. */
  readonly endsOn: number;
}

/** A lookup on its way. What is ended meanwhile may or may not be in its answer. */
interface Lookup extends Sending {
  readonly sessionId: string;
  readonly answer: Promise<Session | null>;
  isOvertaken: boolean;
}

type Own = ReadonlyMap<string, Standing>;

/**
 * Remembers for at most 2 s that a session stands, never that one does not. The 2 s run from when
 * the lookup was sent, on a clock that cannot be set back, and on the usual one too, since the other
 * may stand still while a machine is suspended. Whatever is heard of a user (a close made here, a
 * notice from elsewhere) forgets all of that user's sessions and every lookup under way; a gap
 * in the notices forgets everybody's.
 */
export function nearCache(store: SessionStore, settings: NearCacheSettings): NearCache {
  const { entries, clock, onFault } = settings;
  const users = new LRUCache<string, Own>({
    maxSize: entries,
    sizeCalculation: (own) => own.size,
  });
  const underWay = new Map<string, Set<Lookup>>();

  const forget = (userId: string): void => {
    users.delete(userId);
    for (const lookup of underWay.get(userId) ?? []) lookup.isOvertaken = true;
  };
  const forgetAll = (): void => {
    users.clear();
    for (const lookups of underWay.values()) {
      for (const lookup of lookups) lookup.isOvertaken = true;
    }
  };
  const listening = listener(store, clock, {
    onNotice: (notice) => (notice.kind === "closed" ? forget(notice.userId) : forgetAll()),
    // From before it listened, something may have been missed.
    onListening: forgetAll,
    onFault,
  });

  const isFresh = ({ sentAt, sentOn }: Sending, at: number, on: number): boolean =>
    at >= sentAt && at - sentAt < longestMemoryMs && on >= sentOn && on - sentOn < longestMemoryMs;

  const recalled = (userId: string, sessionId: string, now: Date): Session | null => {
    const known = users.get(userId)?.get(sessionId);
    const on = now.getTime();
    if (known === undefined || !isFresh(known, clock.monotonic(), on)) return null;
    // One that seems over may have been renewed elsewhere: the store knows.
    if (on >= known.endsOn) return null;
    if (clock.monotonic() - known.sentAt >= askedAnewAfterMs) askAnew(userId, sessionId, now);
    return known.session;
  };

  const remember = (standing: Standing): void => {
    const { userId, id } = standing.session;
    const isCurrent = ([, known]: readonly [string, Standing]): boolean =>
      isFresh(known, standing.sentAt, standing.sentOn);
    const others = [...(users.get(userId) ?? [])].filter(isCurrent);
    users.set(userId, new Map(others).set(id, standing));
  };

  /** The answer of the store, remembered if nothing was heard of the user meanwhile. */
  const lookUp = async (userId: string, sessionId: string, now: Date): Promise<Session | null> => {
    const sending = { sentAt: clock.monotonic(), sentOn: now.getTime() };
    const answer = store.find(userId, sessionId, now);
    const lookup: Lookup = { ...sending, sessionId, answer, isOvertaken: false };
    const lookups = underWay.get(userId) ?? new Set();
    underWay.set(userId, lookups.add(lookup));
    try {
      const session = await answer;
      if (session === null) forget(userId);
      else if (!lookup.isOvertaken && listening.isWanted) {
        const endsOn = Math.min(session.idleExpiresAt.getTime(), session.expiresAt.getTime());
        remember({ session: copyOf(session), endsOn, ...sending });
      }
      return session === null ? null : copyOf(session);
    } finally {
      lookups.delete(lookup);
      if (lookups.size === 0) underWay.delete(userId);
    }
  };

  /** The answer to the same question, asked a moment ago and not overtaken yet. */
  const shared = (userId: string, sessionId: string, now: Date): Lookup["answer"] | undefined => {
    for (const lookup of underWay.get(userId) ?? []) {
      if (lookup.sessionId !== sessionId || lookup.isOvertaken) continue;
      if (isFresh(lookup, clock.monotonic(), now.getTime())) return lookup.answer;
    }
    return undefined;
  };

  /** Nobody waits for this answer: a store that is away is noticed by the next who has to ask. */
  const askAnew = (userId: string, sessionId: string, now: Date): void => {
    if (shared(userId, sessionId, now) !== undefined) return;
    lookUp(userId, sessionId, now).catch(() => undefined);
  };

  /** A step that may end sessions of a user, whether or not its answer arrives. */
  const forgetting = async <Answer>(
    userId: string,
    step: () => Promise<Answer>,
  ): Promise<Answer> => {
    try {
      return await step();
    } finally {
      forget(userId);
    }
  };

  const exact: SessionStore = {
    open: (session, maxSessions, now) =>
      forgetting(session.userId, () => store.open(session, maxSessions, now)),
    rotate: (request, now) => forgetting(request.userId, () => store.rotate(request, now)),
    find: (userId, sessionId, now) => store.find(userId, sessionId, now),
    list: (userId, now) => store.list(userId, now),
    close: (userId, sessionId) => forgetting(userId, () => store.close(userId, sessionId)),
    closeAll: (userId, options) => forgetting(userId, () => store.closeAll(userId, options)),
    watch: (tell, signal) => store.watch(tell, signal),
  };
  return {
    exact,
    near: {
      ...exact,
      async find(userId, sessionId, now) {
        const known = recalled(userId, sessionId, now);
        if (known !== null) return copyOf(known);
        listening.ensure();
        const answer = shared(userId, sessionId, now);
        const session = answer === undefined ? null : await answer;
        // A refusal is not shared either.
        if (session !== null && isLive(session, now)) return copyOf(session);
        return lookUp(userId, sessionId, now);
      },
    },
    recall: (userId, sessionId, now) => recalled(userId, sessionId, now) !== null,
    start() {
      listening.start();
    },
    stop() {
      listening.stop();
      forgetAll();
    },
  };
}

/** Dates can be changed, and what is remembered must not be. */
function copyOf(session: Session): Session {
  return {
    ...session,
    createdAt: new Date(session.createdAt),
    rotatedAt: new Date(session.rotatedAt),
    idleExpiresAt: new Date(session.idleExpiresAt),
    expiresAt: new Date(session.expiresAt),
  };
}
