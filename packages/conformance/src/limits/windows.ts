import assert from "node:assert/strict";
import type { RateLimiter } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { around, milliseconds, newDigest } from "../samples.ts";
import { allowed, aWindow, left, refusedFor, takeOne } from "./taking.ts";

export const windows: Suite<RateLimiter> = {
  about: "windows",
  behaviours: {
    "each attempt counts for the length of the window, by the time it is asked at": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 2, windowSeconds: 60 })];
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, subject, rule, at(50));
      const [before, end] = around(at(60));
      assert.equal(await refusedFor(store, subject, rule, before), 1);
      await takeOne(store, subject, rule, end);
      assert.equal(await refusedFor(store, subject, rule, end), 50);
      assert.equal(await refusedFor(store, subject, rule, milliseconds(at(110), -1)), 1);
      await takeOne(store, subject, rule, at(110));
    },

    "no span of the window's length holds more than the limit, wherever it begins": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 4, windowSeconds: 60 })];
      await takeOne(store, subject, rule, at(0));
      for (let count = 0; count < 3; count += 1) await takeOne(store, subject, rule, at(59));
      assert.equal(await left(store, subject, rule, at(60)), 1);
      assert.equal(await left(store, subject, rule, milliseconds(at(119), -1)), 0);
      assert.equal(await left(store, subject, rule, at(119)), 3);
    },

    "up to ten are forgotten one by one, and more at most a tenth of the window late": async ({
      store,
      at,
    }) => {
      const [subject, few, many] = [newDigest(), aWindow({ limit: 10 }), aWindow({ limit: 30 })];
      for (let second = 0; second < 10; second += 1) {
        await takeOne(store, subject, few, at(second));
      }
      for (let third = 0; third < 30; third += 1) {
        await takeOne(store, subject, many, at(third / 3));
      }
      for (let second = 60; second < 70; second += 1) {
        assert.equal(await left(store, subject, few, at(second)), 1);
      }
      assert.equal(await left(store, subject, many, milliseconds(at(60), -1)), 0);
      assert.equal(await left(store, subject, many, at(69.7 + 6)), 30);
    },

    "spread evenly, as many pass as the limit says, but for a tenth": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 20, windowSeconds: 60 })];
      let passed = 0;
      for (let second = 0; second < 600; second += 1) {
        const { outcome } = await store.take(subject, [rule], at(second));
        if (outcome === "allowed") passed += 1;
      }
      assert.ok(passed <= 200 && passed >= 180, `${passed} in ten windows of 20`);
    },

    "of more than ten none counts more than a tenth longer, however evenly they come": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 40, windowSeconds: 100 })];
      for (const start of [0, 110]) {
        for (let nth = 0; nth < 40; nth += 1) {
          await takeOne(store, subject, rule, at(start + 2.5 * nth));
        }
      }
    },

    "ten are forgotten one by one after others before them, too": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 10, windowSeconds: 100 })];
      for (const start of [0, 105]) {
        for (let nth = 0; nth < 10; nth += 1) await takeOne(store, subject, rule, at(start + nth));
      }
      for (let second = 205; second < 215; second += 1) {
        assert.equal(await left(store, subject, rule, at(second)), 1);
      }
    },

    "a limit that was lowered allows one once so many are over as it takes": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 5, windowSeconds: 60 })];
      for (let nth = 0; nth < 5; nth += 1) await takeOne(store, subject, rule, at(10 * nth));
      const lowered = { ...rule, limit: 2 };
      assert.equal(await refusedFor(store, subject, lowered, at(41)), 49);
      assert.equal(await left(store, subject, lowered, at(90)), 1);
    },

    "a refusal says in whole seconds when the next is allowed": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 1, windowSeconds: 60 })];
      await takeOne(store, subject, rule, at(0));
      assert.equal(await refusedFor(store, subject, rule, at(0)), 60);
      assert.equal(await refusedFor(store, subject, rule, at(0.001)), 60);
      assert.equal(await refusedFor(store, subject, rule, at(1)), 59);
      assert.equal(await refusedFor(store, subject, rule, at(58.5)), 2);
      assert.equal(await refusedFor(store, subject, rule, at(59.999)), 1);
    },

    "refusals count nothing: however many there are, the window ends when it did": async ({
      store,
      at,
    }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 1, windowSeconds: 10 })];
      await takeOne(store, subject, rule, at(0));
      for (let second = 1; second < 10; second += 1) {
        await refusedFor(store, subject, rule, at(second));
      }
      assert.equal(await left(store, subject, rule, at(10)), 1);
    },

    "a process whose clock is a little behind counts in the same window": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 2 })];
      await takeOne(store, subject, rule, at(10));
      await takeOne(store, subject, rule, at(8));
      await refusedFor(store, subject, rule, at(8));
      await refusedFor(store, subject, rule, at(11));
    },

    "counters differ by subject, name and scope": async ({ store, at }) => {
      const [subject, rule] = [newDigest(), aWindow({ limit: 1 })];
      await takeOne(store, subject, rule, at(0));
      await takeOne(store, newDigest(), rule, at(0));
      await takeOne(store, subject, { ...rule, name: "login.network" }, at(0));
      await takeOne(store, subject, { ...rule, scope: newDigest() }, at(0));
      await refusedFor(store, subject, rule, at(0));
    },

    "no characters in a name or scope make two counters one": async ({ store, at }) => {
      const subject = newDigest();
      for (const [name, scope] of [
        ["a", "b:c"],
        ["a:b", "c"],
        ["a", "b|c"],
        ["a|b", "c"],
        ["a b", "c"],
        ["a", "b c"],
        ["", "abc"],
        ["abc", ""],
      ] as const) {
        await takeOne(store, subject, aWindow({ name, scope, limit: 1 }), at(0));
      }
    },
  },
};

export const ruleOrder: Suite<RateLimiter> = {
  about: "several rules",
  behaviours: {
    "rules are taken in order: what one refuses counts in those before it alone": async ({
      store,
      at,
    }) => {
      const subject = newDigest();
      const [first, second, third] = [
        aWindow({ name: "first", limit: 10 }),
        aWindow({ name: "second", limit: 1 }),
        aWindow({ name: "third", limit: 10 }),
      ];
      const rules = [first, second, third];
      assert.deepEqual(await store.take(subject, rules, at(0)), allowed);
      for (let count = 0; count < 3; count += 1) {
        const answer = await store.take(subject, rules, at(1));
        assert.deepEqual(answer, { outcome: "limited", retryAfterSeconds: 59, rule: "second" });
      }
      assert.equal(await left(store, subject, first, at(2)), 6);
      assert.equal(await left(store, subject, third, at(2)), 9);
    },

    "the first rule that refuses is the one that is named": async ({ store, at }) => {
      const subject = newDigest();
      const short = aWindow({ name: "short", limit: 1, windowSeconds: 10 });
      const long = aWindow({ name: "long", limit: 1, windowSeconds: 1000 });
      await store.take(subject, [short, long], at(0));
      assert.deepEqual(await store.take(subject, [short, long], at(1)), {
        outcome: "limited",
        retryAfterSeconds: 9,
        rule: "short",
      });
      assert.deepEqual(await store.take(subject, [short, long], at(10)), {
        outcome: "limited",
        retryAfterSeconds: 990,
        rule: "long",
      });
    },

    "no rules allow anything": async ({ store, at }) => {
      assert.deepEqual(await store.take(newDigest(), [], at(0)), allowed);
    },
  },
};
