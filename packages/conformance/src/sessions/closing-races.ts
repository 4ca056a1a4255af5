import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { tally, trues } from "../outcomes.ts";
import { aSession, newId } from "../samples.ts";
import { anOpenSession, assertOver, noCap, renewing } from "./rotating.ts";

const rounds = 10;

export const closingRaces: Suite<SessionStore> = {
  about: "openings and closings at once",
  behaviours: {
    "however many are opened at once, no more than the cap stand": async ({ store, race, at }) => {
      const userId = newId();
      await race((client, caller) => client.open(aSession(at(caller), { userId }), 5, at(caller)));
      assert.equal((await store.list(userId, at(60))).length, 5);
    },

    "of many who close a session one is told that it was there": async ({ store, race, at }) => {
      const session = await anOpenSession(store, at(0));
      const answers = await race((client) => client.close(session.userId, session.id));
      assert.equal(trues(answers), 1);
    },

    "of many who close all sessions none counts one twice": async ({ store, race, at }) => {
      const userId = newId();
      for (let count = 0; count < 4; count += 1) await anOpenSession(store, at(count), { userId });
      const counts = await race((client) => client.closeAll(userId, {}));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        4,
      );
    },

    "no session opened before a close-all is missed, whatever is opened meanwhile": async ({
      store,
      race,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const userId = newId();
        const earlier = await Promise.all(
          Array.from({ length: 12 }, () => anOpenSession(store, at(0), { userId })),
        );
        await race(async (client, caller) => {
          if (caller === (round * 3) % 10) {
            await client.closeAll(userId, { before: 2 });
          } else {
            await client.open(aSession(at(1), { userId, epoch: 2 }), noCap, at(1));
          }
        });
        const left = new Set((await store.list(userId, at(2))).map(({ id }) => id));
        assert.ok(earlier.every(({ id }) => !left.has(id)));
      }
    },

    "a close-all of one epoch spares what is opened in the next meanwhile": async ({
      store,
      race,
      callers,
      at,
    }) => {
      const userId = newId();
      await race(async (client, caller) => {
        if (caller === 3) await client.closeAll(userId, { before: 2 });
        else await client.open(aSession(at(caller), { userId, epoch: 2 }), noCap, at(caller));
      });
      assert.equal((await store.list(userId, at(60))).length, callers - 1);
    },

    "of many replays at once one is told so, and the session is over": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const session = await anOpenSession(store, at(0), { generation: 5 });
      const answers = await race((client) =>
        client.rotate(renewing(session, { generation: 3 }), at(1)),
      );
      assert.deepEqual(tally(answers), { replayed: 1, gone: callers - 1 });
      await assertOver(store, session, at(2));
    },
  },
};
