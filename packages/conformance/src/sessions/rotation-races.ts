import assert from "node:assert/strict";
import type { SessionStore } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { answersOf, tally } from "../outcomes.ts";
import { anOpenSession, assertOver, noCap, renewing } from "./rotating.ts";
import { aSession } from "../samples.ts";

const rounds = 10;

export const rotationRaces: Suite<SessionStore> = {
  about: "renewals at once",
  behaviours: {
    "parallel renewals of one generation get one and the same successor": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const session = await anOpenSession(store, at(0));
      const answers = await race((client) => client.rotate(renewing(session), at(5)));
      assert.deepEqual(tally(answers), { rotated: 1, repeated: callers - 1 });
      const [rotated] = answersOf(answers, "rotated");
      assert.equal(rotated?.session.generation, session.generation + 1);
      for (const repeated of answersOf(answers, "repeated")) {
        assert.deepEqual(repeated.session, rotated?.session);
      }
      assert.deepEqual(await store.find(session.userId, session.id, at(5)), rotated?.session);
    },

    "without a grace one of many renewals succeeds, and the rest end the session": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const session = await anOpenSession(store, at(0));
      const answers = await race((client) =>
        client.rotate(renewing(session, { graceSeconds: 0 }), at(5)),
      );
      assert.deepEqual(tally(answers), {
        rotated: 1,
        replayed: 1,
        ...(callers > 2 ? { gone: callers - 2 } : {}),
      });
      await assertOver(store, session, at(6));
    },

    "parallel renewals of a generation that the store has lost agree on its successor": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const session = await anOpenSession(store, at(0), { generation: 3 });
      const answers = await race((client) =>
        client.rotate(renewing(session, { generation: 7 }), at(5)),
      );
      assert.deepEqual(tally(answers), { rotated: 1, repeated: callers - 1 });
      for (const { session: renewed } of [
        ...answersOf(answers, "rotated"),
        ...answersOf(answers, "repeated"),
      ]) {
        assert.equal(renewed.generation, 8);
      }
    },

    "a renewal never brings back a session that is closed meanwhile": async ({
      store,
      race,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const session = await anOpenSession(store, at(0));
        const answers = await race(async (client, caller) =>
          caller === (round * 3) % 10
            ? { outcome: String(await client.close(session.userId, session.id)) }
            : client.rotate(renewing(session), at(5)),
        );
        assert.equal(tally(answers)["true"], 1, "the session was not there to be closed");
        await assertOver(store, session, at(6));
      }
    },

    "a renewal never brings back a session when all are closed meanwhile": async ({
      store,
      race,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const session = await anOpenSession(store, at(0));
        const options = round % 2 === 0 ? {} : { before: session.epoch + 1 };
        await race(async (client, caller) => {
          if (caller === (round * 3) % 10) await client.closeAll(session.userId, options);
          else await client.rotate(renewing(session), at(5));
        });
        await assertOver(store, session, at(6));
      }
    },

    "a renewal never brings back a session that another one pushed out meanwhile": async ({
      store,
      together,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const old = await anOpenSession(store, at(0));
        const latest = aSession(at(1), { userId: old.userId });
        await together(
          (client) => client.rotate(renewing(old), at(5)),
          (client) => client.open(latest, 1, at(5)),
        );
        assert.deepEqual(await store.list(old.userId, at(6)), [latest]);
        await assertOver(store, old, at(6));
      }
    },

    "a session that is spared and renewed at once keeps both its stamp and its generation": async ({
      store,
      together,
      at,
    }) => {
      for (let round = 0; round < rounds; round += 1) {
        const session = await anOpenSession(store, at(0));
        const before = session.epoch + 1;
        const options = { before, exceptSessionId: session.id };
        const [answer] = await together(
          (client) => client.rotate(renewing(session), at(5)),
          (client) => client.closeAll(session.userId, options),
        );
        assert.equal(answer.outcome, "rotated");
        const found = await store.find(session.userId, session.id, at(5));
        assert.equal(found?.epoch, before);
        assert.equal(found?.generation, session.generation + 1);
      }
    },

    "a session is opened once, however often the same one is opened at once": async ({
      store,
      race,
      at,
    }) => {
      const session = aSession(at(0));
      await race((client) => client.open(session, noCap, at(0)));
      assert.deepEqual(await store.list(session.userId, at(1)), [session]);
    },
  },
};
