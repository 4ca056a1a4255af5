// What somebody who writes a store of their own has in `src/index.ts` when they come to the suites.
// It stands on the memory store: the subject here is what surrounds it.

export const ownStore = `import { memoryStores } from "@latchkey/core/memory";
import type { SessionStore } from "@latchkey/core/ports";

const { sessions: storage } = memoryStores();

interface Client {
  readonly sessions: SessionStore;
  close(): Promise<void>;
}

export async function openClient(): Promise<Client> {
  return { sessions: storage, close: async () => undefined };
}

export function sessionStoreOn({ sessions }: Client): SessionStore {
  return {
    open: (session, maxSessions, now) => sessions.open(session, maxSessions, now),
    rotate: (request, now) => sessions.rotate(request, now),
    find: (userId, sessionId, now) => sessions.find(userId, sessionId, now),
    list: (userId, now) => sessions.list(userId, now),
    close: (userId, sessionId) => sessions.close(userId, sessionId),
    closeAll: (userId, options) => sessions.closeAll(userId, options),
    watch: (listener, signal) => sessions.watch(listener, signal),
  };
}
`;

/** The same, but for a close that is only promised. */
export const brokenStore: string = ownStore.replace(
  "sessions.close(userId, sessionId)",
  "Promise.resolve(userId !== sessionId)",
);
