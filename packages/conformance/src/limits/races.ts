import assert from "node:assert/strict";
import type { RateLimiter } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { tally } from "../outcomes.ts";
import { newDigest } from "../samples.ts";
import { aBackoff, aWindow, left, takeOne } from "./taking.ts";

export const limitRaces: Suite<RateLimiter> = {
  about: "takings at once",
  behaviours: {
    "however many are made at once, a window allows no more than its limit": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 7 })];
      const limit = Math.min(7, callers - 1);
      const answers = await race((client) => client.take(subject, [{ ...rule, limit }], at(0)));
      assert.deepEqual(tally(answers), { allowed: limit, limited: callers - limit });
      assert.equal(await left(store, subject, { ...rule, limit }, at(1)), 0);
    },

    "however many are made at once, a back-off allows only what is free": async ({
      callers,
      race,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aBackoff({ free: 2 })];
      const answers = await race((client) => client.take(subject, [rule], at(0)));
      assert.deepEqual(tally(answers), { allowed: 2, limited: callers - 2 });
    },

    "of many made at once those that one rule refuses count nothing in the next": async ({
      store,
      race,
      at,
    }) => {
      const [subject, first, second] = [newDigest(), aWindow({ limit: 5 }), aWindow({ limit: 50 })];
      const answers = await race((client) => client.take(subject, [first, second], at(0)));
      const { allowed = 0 } = tally(answers);
      assert.equal(allowed, Math.min(5, answers.length));
      assert.equal(await left(store, subject, second, at(1)), 50 - allowed);
    },

    "of many made at once those that a later rule refuses count in the one before": async ({
      store,
      callers,
      race,
      at,
    }) => {
      const first = aWindow({ limit: callers + 10 });
      const [subject, second] = [newDigest(), aWindow({ limit: 1 })];
      await race((client) => client.take(subject, [first, second], at(0)));
      assert.equal(await left(store, subject, first, at(1)), 10);
    },

    "counts taken and given back at once never fall below zero": async ({ store, race, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 5 })];
      await takeOne(store, subject, rule, at(0));
      await race((client) => client.forgive([{ subject, clear: [], giveBack: [rule] }], at(1)));
      assert.equal(await left(store, subject, rule, at(2)), 5);
    },

    "counts given back at once are all given back": async ({ store, callers, race, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: callers + 3 })];
      await race((client) => client.take(subject, [rule], at(0)));
      await race((client) => client.forgive([{ subject, clear: [], giveBack: [rule] }], at(1)));
      assert.equal(await left(store, subject, rule, at(2)), callers + 3);
    },

    "subjects taken at once do not share a counter": async ({ callers, race, at }) => {
      const rule = aWindow({ limit: 1 });
      const answers = await race((client) => client.take(newDigest(), [rule], at(0)));
      assert.deepEqual(tally(answers), { allowed: callers });
    },
  },
};
