import { accountsConformance } from "@latchkey/conformance";
import { memoryStores } from "@latchkey/core/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpStores } from "../src/stores.ts";
import { lossyNetwork, type LossyNetwork } from "./lossy.ts";
import { aSecret, serving, type Serving } from "./serving.ts";

const secret = aSecret();
let server: Serving;
let network: LossyNetwork;

beforeAll(async () => {
  server = await serving(memoryStores().accounts, secret);
  network = await lossyNetwork(server.url, 3);
});
afterAll(async () => {
  await network.stop();
  await server.stop();
});

describe("memory behind HTTP", () => {
  accountsConformance({
    describe,
    it,
    async open() {
      const clients = [0, 1].map(() => httpStores({ url: server.url, secret }).accounts);
      const [one, other] = clients;
      if (one === undefined || other === undefined) throw new TypeError("not opened");
      return { clients: [one, other], close: async () => undefined };
    },
  });
});

describe("memory behind a network that loses every third answer", () => {
  accountsConformance({
    describe,
    it,
    async open() {
      const options = { url: network.url, secret, deadlineSeconds: 1.5 };
      return {
        clients: [httpStores(options).accounts, httpStores(options).accounts],
        close: async () => undefined,
      };
    },
  });

  it("lost answers in every way it has", () => {
    const fates = ["cut", "half", "late", "repeated", "silent", "well"];
    expect([...network.happened.keys()].toSorted()).toEqual(fates);
  });
});
