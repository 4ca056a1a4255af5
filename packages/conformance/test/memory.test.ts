import { memoryStores } from "@latchkey/core/memory";
import { describe, it } from "vitest";
import { nearCache } from "../../core/src/sessions/near-cache.ts";
import { sessionStoreConformance, storesConformance } from "../src/index.ts";
import { seeded } from "../src/samples.ts";
import { defacing } from "./defacing.ts";
import { yielding } from "./yielding.ts";

const nothing = async (): Promise<void> => {};

describe("memory stores", () => {
  storesConformance({
    describe,
    it,
    open: async () => ({ clients: [memoryStores()], close: nothing }),
  });
});

describe("memory stores, calls and answers held up", () => {
  storesConformance({
    describe,
    it,
    async open() {
      const stores = memoryStores();
      const random = seeded(1);
      return { clients: [yielding(stores, random), yielding(stores, random)], close: nothing };
    },
  });
});

describe("memory stores, whose callers spoil what goes in and comes out", () => {
  storesConformance({
    describe,
    it,
    open: async () => ({ clients: [defacing(memoryStores())], close: nothing }),
  });
});

// One storage for all tests, as on a server that they share.
const shared = memoryStores();

describe("memory stores that all tests share", () => {
  storesConformance({
    describe,
    it,
    open: async () => ({ clients: [shared, shared], close: nothing }),
  });
});

describe("a near cache in front of memory stores, calls and answers held up", () => {
  sessionStoreConformance({
    describe,
    it,
    async open() {
      const { sessions } = yielding(memoryStores(), seeded(1));
      const clock = { now: () => new Date(), monotonic: () => performance.now() };
      const caches = [0, 1].map(() =>
        nearCache(sessions, { entries: 1000, clock, onFault: () => {} }),
      );
      const [first, ...others] = caches.map(({ near }) => near);
      if (first === undefined) throw new Error("not opened");
      return {
        clients: [first, ...others],
        close: async () => caches.forEach((cache) => cache.stop()),
      };
    },
  });
});
