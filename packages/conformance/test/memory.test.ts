import { memoryStores } from "@latchkey/core/memory";
import { describe, it } from "vitest";
import { storesConformance } from "../src/index.ts";
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
