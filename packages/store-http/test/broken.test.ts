import { randomUUID } from "node:crypto";
import { accountsConformance } from "@latchkey/conformance";
import { memoryStores } from "@latchkey/core/memory";
import type { Accounts } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { accountsBy } from "../src/accounts.ts";
import { type Ask, askWithin } from "../src/asking.ts";
import { exchangeWith } from "../src/exchange.ts";
import { keyOf } from "../src/secret.ts";
import { lossyNetwork, type LossyNetwork } from "./lossy.ts";
import { aSecret, serving, type Serving } from "./serving.ts";

const secret = aSecret();
let server: Serving;
let network: LossyNetwork;

beforeAll(async () => {
  server = await serving(memoryStores().accounts, secret);
  network = await lossyNetwork(server.url, 2);
});
afterAll(async () => {
  await network.stop();
  await server.stop();
});

/** The client as it is, but for how often it sends one operation by itself. */
function askOf(sendings: number, deadlineSeconds = 1): Ask {
  const exchange = exchangeWith(new URL(network.url), {}, 50);
  return askWithin(exchange, keyOf(secret), deadlineSeconds, sendings);
}

/** Tries until there is an answer, as somebody would who writes a client in a hurry. */
async function insist<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === 9) throw error;
    }
  }
}

/** The same call with every time in it changed. */
function withTimes(value: unknown, change: (time: Date) => Date): unknown {
  if (value instanceof Date) return change(value);
  if (Array.isArray(value)) return value.map((item) => withTimes(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withTimes(item, change)]),
  );
}

function changingTimes(change: (time: Date) => Date): Accounts {
  const ask = askOf(3);
  return accountsBy((name, input, answer) =>
    ask(
      name,
      input.map((value) => withTimes(value, change)),
      answer,
    ),
  );
}

interface Broken {
  readonly name: string;
  readonly make: () => Accounts;
  readonly caughtBy: string;
}

const broken: readonly Broken[] = [
  {
    name: "sends again what takes jobs as if it were another call",
    make() {
      const ask = askOf(1);
      return accountsBy((name, input, answer) => insist(() => ask(name, input, answer)));
    },
    caughtBy: "each of many jobs is taken by one caller",
  },
  {
    name: "confirms again with a new attempt id",
    make() {
      const accounts = accountsBy(askOf(1));
      const users: Accounts["users"] = {
        ...accounts.users,
        addRegistration: (...input) => insist(() => accounts.users.addRegistration(...input)),
        confirmRegistration: (request, now) =>
          insist(() =>
            accounts.users.confirmRegistration({ ...request, attemptId: randomUUID() }, now),
          ),
      };
      return { ...accounts, users };
    },
    caughtBy: "a confirmation sent again is confirmed and adds no job; another one is repeated",
  },
  {
    name: "raises the epoch again under a new operation id",
    make() {
      const accounts = accountsBy(askOf(3));
      const users: Accounts["users"] = {
        ...accounts.users,
        raiseEpoch: (request, now) =>
          accounts.users.raiseEpoch({ ...request, operationId: randomUUID() }, now),
      };
      return { ...accounts, users };
    },
    caughtBy: "a close-all sent again is done in the same epoch and adds no job",
  },
  {
    name: "cuts times to whole seconds",
    make: () => changingTimes((time) => new Date(Math.floor(time.getTime() / 1000) * 1000)),
    caughtBy: "a job of every kind comes back as it was given, for the first time",
  },
  {
    name: "goes by a clock of its own",
    make: () => changingTimes(() => new Date()),
    caughtBy: "a job is taken when it is due, and not before",
  },
  {
    name: "hands out times as the text they were sent in",
    make() {
      const ask = askOf(3);
      return accountsBy((name, input) => ask(name, input, z.any()));
    },
    caughtBy: "a job of every kind comes back as it was given, for the first time",
  },
];

function testsOf(accounts: Accounts): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  accountsConformance({
    describe: (_name, body) => body(),
    it: (name, body) => tests.set(name, body),
    open: async () => ({ clients: [accounts], close: async () => undefined }),
  });
  return tests;
}

async function isCaught(test: () => Promise<void>): Promise<boolean> {
  for (let go = 0; go < 5; go += 1) {
    const failed = await test().then(
      () => false,
      () => true,
    );
    if (failed) return true;
  }
  return false;
}

describe("clients broken on purpose, behind a network that loses every second answer", () => {
  it.each(broken)("one that $name fails: $caughtBy", async ({ make, caughtBy }) => {
    const test = testsOf(make()).get(caughtBy);
    // Otherwise the kit has no test of that name.
    expect(test).toBeTypeOf("function");
    expect(await isCaught(test ?? (async () => undefined))).toBe(true);
  });

  it("the sound one passes every one of those tests", async () => {
    const tests = testsOf(accountsBy(askOf(3, 4)));
    for (const { caughtBy } of broken) {
      await expect(tests.get(caughtBy)?.()).resolves.toBeUndefined();
    }
  }, 60_000);
});
