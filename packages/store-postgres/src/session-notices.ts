import type { SessionNotice, SessionStore } from "@latchkey/core/ports";
import type { Listen } from "./listening.ts";
import type { Names } from "./sql.ts";

/** How those who remember sessions hear that some have ended. */
export interface SessionNotices {
  /** Says what a step of this very store ended or stamped. */
  tell(userId: string, sessionIds: readonly string[]): void;
  readonly watch: SessionStore["watch"];
}

/** Ids in one notification: a payload has room for 8,000 bytes. */
const idsPerPayload = 100;
const gapMs = 1000;

/** A CTE that notifies of the ids in the column `key` of the CTE `ended`; select it, or it is not. */
export function telling(names: Names): string {
  return `told AS (
    SELECT pg_notify('${names.sessionsChannel}',
      json_build_object('userId', $1::text, 'sessionIds', json_agg(key))::text)
    FROM (SELECT key, (row_number() OVER () - 1) / ${idsPerPayload} AS part FROM ended) AS parts
    GROUP BY part)`;
}

/** What is selected with an answer, so that it is told. */
export const tellingWatchers = "(SELECT count(*) FROM told)";

/**
 * With a way to listen, notices come from the database, whoever ended the sessions. Without one
 * this store knows of its own steps alone, so it says every second that some may have been missed.
 */
export function sessionNotices(names: Names, listen: Listen | undefined): SessionNotices {
  if (listen !== undefined) {
    return {
      tell: () => undefined,
      watch: (listener, signal) =>
        listen(names.sessionsChannel, (payload) => listener(noticeFrom(payload)), signal),
    };
  }

  const listeners = new Set<(notice: SessionNotice) => void>();
  return {
    tell(userId, sessionIds) {
      if (sessionIds.length === 0) return;
      for (const listener of listeners) {
        queueMicrotask(() => listener({ kind: "closed", userId, sessionIds }));
      }
    },
    async watch(listener, signal) {
      if (signal.aborted) return;
      const own = (notice: SessionNotice): void => {
        if (!signal.aborted) listener(notice);
      };
      const timer = setInterval(() => own({ kind: "gap" }), gapMs);
      timer.unref();
      listeners.add(own);
      signal.addEventListener(
        "abort",
        () => {
          clearInterval(timer);
          listeners.delete(own);
        },
        { once: true },
      );
    },
  };
}

/** Anybody who may connect may notify: what is not ours is worth no more than a gap. */
function noticeFrom(payload: string | null): SessionNotice {
  try {
    const { userId, sessionIds } = JSON.parse(payload ?? "{}") as Record<string, unknown>;
    if (typeof userId === "string" && Array.isArray(sessionIds)) {
      return { kind: "closed", userId, sessionIds: sessionIds.map(String) };
    }
  } catch {
    // Told below.
  }
  return { kind: "gap" };
}
