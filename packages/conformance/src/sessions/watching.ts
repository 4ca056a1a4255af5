import assert from "node:assert/strict";
import type { SessionNotice, SessionStore } from "@latchkey/core/ports";
import type { Scene, Suite } from "../harness.ts";
import { aSession } from "../samples.ts";
import { anOpenSession, renewing } from "./rotating.ts";

// Only a store that fails makes anybody wait this long.
const patienceMs = 1000;

/** A watcher of one test, on each way into the storage. */
async function watching(scene: Scene<SessionStore>, signal: AbortSignal) {
  const heard = scene.clients.map(() => new Set<string>());
  const hear = (index: number) => (notice: SessionNotice) => {
    if (notice.kind === "closed") {
      for (const id of notice.sessionIds) heard[index]?.add(`${notice.userId} ${id}`);
    }
  };
  for (const [index, client] of scene.clients.entries()) await client.watch(hear(index), signal);
  return {
    /** Waits until every watcher has been told; notices may take their time to arrive. */
    async untilTold(userId: string, sessionIds: readonly string[]): Promise<void> {
      const told = (): boolean =>
        heard.every((notices) => sessionIds.every((id) => notices.has(`${userId} ${id}`)));
      for (let waited = 0; !told() && waited < patienceMs; waited += 5) await pause(5);
      assert.ok(told(), "a watcher was not told of a session that ended or was stamped");
    },
    hasHeardOf: (sessionId: string): boolean =>
      heard.some((notices) => [...notices].some((text) => text.endsWith(sessionId))),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Runs a test with a signal that is aborted when the test is over. */
function untilTheEnd(
  body: (scene: Scene<SessionStore>, stop: AbortController) => Promise<void>,
): (scene: Scene<SessionStore>) => Promise<void> {
  return async (scene) => {
    const stop = new AbortController();
    try {
      await body(scene, stop);
    } finally {
      stop.abort();
    }
  };
}

export const watchers: Suite<SessionStore> = {
  about: "watching",
  behaviours: {
    "watchers are told of a close": untilTheEnd(async (scene, stop) => {
      const { store, at } = scene;
      const session = await anOpenSession(store, at(0));
      const watcher = await watching(scene, stop.signal);
      await store.close(session.userId, session.id);
      await watcher.untilTold(session.userId, [session.id]);
    }),

    "watchers are told of all sessions that a close-all ended, and of the one it stamped":
      untilTheEnd(async (scene, stop) => {
        const { store, at } = scene;
        const spared = await anOpenSession(store, at(0));
        const { userId } = spared;
        const others = [
          await anOpenSession(store, at(1), { userId }),
          await anOpenSession(store, at(2), { userId }),
        ];
        const watcher = await watching(scene, stop.signal);
        await store.closeAll(userId, { before: 2, exceptSessionId: spared.id });
        await watcher.untilTold(
          userId,
          [spared, ...others].map(({ id }) => id),
        );
      }),

    "watchers are told of a session that a replay ended": untilTheEnd(async (scene, stop) => {
      const { store, at } = scene;
      const session = await anOpenSession(store, at(0), { generation: 5 });
      const watcher = await watching(scene, stop.signal);
      await store.rotate(renewing(session, { generation: 1 }), at(1));
      await watcher.untilTold(session.userId, [session.id]);
    }),

    "watchers are told of a session that was pushed out": untilTheEnd(async (scene, stop) => {
      const { store, at } = scene;
      const old = await anOpenSession(store, at(0));
      const watcher = await watching(scene, stop.signal);
      await store.open(aSession(at(1), { userId: old.userId }), 1, at(1));
      await watcher.untilTold(old.userId, [old.id]);
    }),

    "a watcher whose signal has aborted is told nothing more": untilTheEnd(async (scene, stop) => {
      const { store, at } = scene;
      const sessions = [await anOpenSession(store, at(0)), await anOpenSession(store, at(0))];
      const stopped = await watching(scene, stop.signal);
      stop.abort();
      await pause(20);
      const still = new AbortController();
      const watcher = await watching(scene, still.signal);
      try {
        for (const { userId, id } of sessions) {
          await store.close(userId, id);
          await watcher.untilTold(userId, [id]);
        }
      } finally {
        still.abort();
      }
      assert.ok(sessions.every(({ id }) => !stopped.hasHeardOf(id)));
    }),
  },
};
