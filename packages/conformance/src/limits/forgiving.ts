import assert from "node:assert/strict";
import type { RateLimiter } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { newDigest } from "../samples.ts";
import { aBackoff, aWindow, left, refusedFor, takeOne } from "./taking.ts";

export const forgiving: Suite<RateLimiter> = {
  about: "forgiving",
  behaviours: {
    "a counter that is cleared starts at zero": async ({ store, at }) => {
      const subject = newDigest();
      const [window, backoff] = [aWindow({ limit: 2 }), aBackoff({ free: 1 })];
      await store.take(subject, [window, backoff], at(0));
      await takeOne(store, subject, window, at(0));
      await store.forgive([{ subject, clear: [window, backoff], giveBack: [] }], at(1));
      assert.equal(await left(store, subject, window, at(2)), 2);
      assert.equal(await left(store, subject, backoff, at(2)), 1);
      assert.equal(await refusedFor(store, subject, backoff, at(2)), 1);
    },

    "one count is given back, and only one": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 3 })];
      for (let count = 0; count < 3; count += 1) await takeOne(store, subject, rule, at(0));
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(1));
      assert.equal(await left(store, subject, rule, at(2)), 1);
    },

    "what is given back does not move the end of the window": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 2, windowSeconds: 60 })];
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, subject, rule, at(0));
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(50));
      await takeOne(store, subject, rule, at(55));
      assert.equal(await refusedFor(store, subject, rule, at(55)), 5);
    },

    "of a back-off the wait that had passed is given back too": async ({ store, at }) => {
      const rule = aBackoff({ free: 2, baseSeconds: 30, maxSeconds: 100, windowSeconds: 300 });
      const subject = newDigest();
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, subject, rule, at(40));
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(41));
      // As if nobody had come at 40: 30 seconds after the second, and forgotten 300 after it.
      await takeOne(store, subject, rule, at(42));
      assert.equal(await refusedFor(store, subject, rule, at(42)), 60);
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(43));
      await takeOne(store, subject, rule, at(300));
      await takeOne(store, subject, rule, at(300));
    },

    "of a back-off the one before is the last again, for its window too": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aBackoff({ windowSeconds: 60 })];
      for (const second of [0, 10, 20]) await takeOne(store, subject, rule, at(second));
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(21));
      await takeOne(store, subject, rule, at(61));
      assert.equal(await refusedFor(store, subject, rule, at(61)), 2);
    },

    "of many in a row the newest is given back, and the others count as long as before": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 12, windowSeconds: 100 })];
      for (const second of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15]) {
        await takeOne(store, subject, rule, at(second));
      }
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(16));
      const free = await left(store, subject, rule, at(112));
      assert.ok(free <= 11, `${free} of 12 are free, though one of them still counts`);
    },

    "a counter that nobody took is ignored beside one that somebody did": async ({ store, at }) => {
      const [subject, taken, never] = [newDigest(), aWindow({ limit: 3 }), aWindow()];
      await takeOne(store, subject, taken, at(0));
      const backoff = aBackoff();
      await store.forgive([{ subject, clear: [], giveBack: [never, backoff] }], at(1));
      assert.equal(await left(store, subject, taken, at(1)), 2);
      assert.equal(await left(store, subject, never, at(1)), 3);
      assert.equal(await left(store, subject, backoff, at(1)), 2);
    },

    "all subjects of one call are forgiven": async ({ store, at }) => {
      const rule = aWindow({ limit: 1 });
      const [one, other] = [newDigest(), newDigest()];
      await takeOne(store, one, rule, at(0));
      await takeOne(store, other, rule, at(0));
      const all = [
        { subject: one, clear: [rule], giveBack: [] },
        { subject: other, clear: [], giveBack: [rule] },
      ];
      await store.forgive(all, at(1));
      await takeOne(store, one, rule, at(2));
      await takeOne(store, other, rule, at(2));
    },

    "counters that are not named stay as they are": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 1 })];
      const others = [
        { ...rule, name: "another" },
        { ...rule, scope: newDigest() },
      ];
      for (const counted of [rule, ...others]) await takeOne(store, subject, counted, at(0));
      await takeOne(store, newDigest(), rule, at(0));
      await store.forgive([{ subject, clear: [rule], giveBack: [] }], at(1));
      for (const counted of others) await refusedFor(store, subject, counted, at(2));
      await takeOne(store, subject, rule, at(2));
    },

    "unknown and ended counters are ignored": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 1, windowSeconds: 10 })];
      await store.forgive([], at(0));
      await store.forgive([{ subject, clear: [rule], giveBack: [rule] }], at(0));
      await takeOne(store, subject, rule, at(0));
      await store.forgive([{ subject, clear: [], giveBack: [rule] }], at(10));
      assert.equal(await left(store, subject, rule, at(11)), 1);
    },
  },
};
