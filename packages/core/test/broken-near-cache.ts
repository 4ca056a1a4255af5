import type { Session } from "../src/domain/session.ts";
import type { SessionStore } from "../src/ports/session-store.ts";
import type { NearCache } from "../src/sessions/near-cache.ts";
import type { MakeNearCache } from "./near-cache-play.ts";

/** What a near cache may get wrong; with nothing wrong it is a right one. */
export interface Flaws {
  readonly lifeMs?: number;
  readonly countsFromAnswer?: boolean;
  readonly heedsNoLookupUnderWay?: boolean;
  readonly forgetsBeforeItsOwnClose?: boolean;
  readonly hearsNoGap?: boolean;
  readonly heedsNoRefusal?: boolean;
  readonly hearsNothing?: boolean;
  readonly keepsWhatItKnewBeforeItListened?: boolean;
}

/** A near cache for one user's sessions, of plain parts. */
export function flawedNearCache(flaws: Flaws): MakeNearCache {
  return (store, clock): NearCache => {
    const remembered = new Map<string, { readonly session: Session; readonly at: number }>();
    const stop = new AbortController();
    let heard = 0;
    let listens = false;
    const forget = (): void => {
      remembered.clear();
      heard += 1;
    };
    const listen = async (): Promise<void> => {
      listens = true;
      await store.watch(({ kind }) => {
        if (flaws.hearsNothing === true) return;
        if (kind === "closed" || flaws.hearsNoGap !== true) forget();
      }, stop.signal);
      if (flaws.keepsWhatItKnewBeforeItListened !== true) forget();
    };
    const exact: SessionStore = {
      ...store,
      async close(userId, sessionId) {
        if (flaws.forgetsBeforeItsOwnClose === true) forget();
        const closed = await store.close(userId, sessionId);
        if (flaws.forgetsBeforeItsOwnClose !== true) forget();
        return closed;
      },
    };
    const near: SessionStore = {
      ...exact,
      async find(userId, sessionId, now) {
        const known = remembered.get(sessionId);
        const age = clock.monotonic() - (known?.at ?? 0);
        if (known !== undefined && age < (flaws.lifeMs ?? 2000)) return known.session;
        if (!listens) void listen();
        const [sentAt, heardBefore] = [clock.monotonic(), heard];
        const session = await store.find(userId, sessionId, now);
        const isCurrent = heard === heardBefore || flaws.heedsNoLookupUnderWay === true;
        const at = flaws.countsFromAnswer === true ? clock.monotonic() : sentAt;
        if (session === null && flaws.heedsNoRefusal !== true) forget();
        if (session !== null && isCurrent) remembered.set(sessionId, { session, at });
        return session;
      },
    };
    const recall = (): boolean => false;
    return { exact, near, recall, start: () => void listen(), stop: () => stop.abort() };
  };
}
