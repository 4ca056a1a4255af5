import assert from "node:assert/strict";
import type { RateLimiter } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { around, newDigest } from "../samples.ts";
import { aBackoff, refusedFor, takeOne } from "./taking.ts";

export const backoff: Suite<RateLimiter> = {
  about: "growing back-off",
  behaviours: {
    "the free ones are allowed at will, then each waits twice as long, up to the longest": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aBackoff()];
      await takeOne(store, subject, rule, at(0));
      let second = 0;
      for (const wait of [1, 2, 4, 8, 8, 8]) {
        await takeOne(store, subject, rule, at(second));
        assert.equal(await refusedFor(store, subject, rule, at(second)), wait);
        const [before] = around(at(second + wait));
        assert.equal(await refusedFor(store, subject, rule, before), 1);
        second += wait;
      }
      await takeOne(store, subject, rule, at(second));
    },

    "refusals make no wait longer": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aBackoff({ free: 1, baseSeconds: 10 })];
      await takeOne(store, subject, rule, at(0));
      for (let second = 0; second < 8; second += 1) {
        assert.equal(await refusedFor(store, subject, rule, at(second)), 8 - second);
      }
      await takeOne(store, subject, rule, at(8));
    },

    "a back-off is forgotten after its window without one, and not before": async ({
      store,
      at,
    }) => {
      const rule = aBackoff({ free: 2, baseSeconds: 1, maxSeconds: 30, windowSeconds: 60 });
      for (const [now, isForgotten] of [
        [around(at(60))[0], false],
        [at(60), true],
        [around(at(60))[2], true],
      ] as const) {
        const subject = newDigest();
        await takeOne(store, subject, rule, at(0));
        await takeOne(store, subject, rule, at(0));
        await takeOne(store, subject, rule, now);
        // The third of three has to be waited for; the first of new ones has not.
        if (isForgotten) await takeOne(store, subject, rule, now);
        else assert.equal(await refusedFor(store, subject, rule, now), 2);
      }
    },

    "the window is counted from the last one, not from the first": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aBackoff({ free: 1, windowSeconds: 60 })];
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, subject, rule, at(50));
      await takeOne(store, subject, rule, at(100));
      assert.equal(await refusedFor(store, subject, rule, at(100)), 4);
    },

    "a very long row of tries waits for the longest wait and no longer": async ({ store, at }) => {
      const rule = aBackoff({ free: 1, maxSeconds: 2, windowSeconds: 1000 });
      const subject = newDigest();
      for (let count = 0; count < 80; count += 1) {
        await takeOne(store, subject, rule, at(count * 2));
      }
      assert.equal(await refusedFor(store, subject, rule, at(79 * 2)), 2);
    },
  },
};
