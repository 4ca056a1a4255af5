import type { Clock } from "../ports/clock.ts";
import type { SessionNotice, SessionStore } from "../ports/session-store.ts";

/** What is done when something is heard, or when nothing can be. */
export interface Hearing {
  readonly onNotice: (notice: SessionNotice) => void;
  readonly onListening: () => void;
  readonly onFault: (cause: unknown) => void;
}

/** One subscription to a store's notices, begun when it is first needed. */
export interface Listener {
  /** False after `stop`. */
  readonly isWanted: boolean;
  /** Begins to listen, unless that is done or was tried a moment ago. */
  ensure(): void;
  start(): void;
  stop(): void;
}

/** A subscription that failed is tried again by the next lookup after this; no timer is left. */
const retryMs = 1000;

export function listener(
  store: SessionStore,
  clock: Clock,
  { onNotice, onListening, onFault }: Hearing,
): Listener {
  let current: AbortController | null = null;
  let triedAt = Number.NEGATIVE_INFINITY;
  let isWanted = true;

  const listen = async (attempt: AbortController): Promise<void> => {
    const tell = (notice: SessionNotice): void => {
      if (!attempt.signal.aborted) onNotice(notice);
    };
    try {
      await store.watch(tell, attempt.signal);
      if (!attempt.signal.aborted) onListening();
    } catch (cause) {
      if (attempt.signal.aborted) return;
      attempt.abort();
      current = null;
      onFault(cause);
    }
  };
  const ensure = (): void => {
    if (!isWanted || current !== null || clock.monotonic() - triedAt < retryMs) return;
    triedAt = clock.monotonic();
    current = new AbortController();
    void listen(current);
  };

  return {
    get isWanted() {
      return isWanted;
    },
    ensure,
    start() {
      isWanted = true;
      ensure();
    },
    stop() {
      isWanted = false;
      current?.abort();
      current = null;
      triedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
