import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { aPlay, violationsInEveryOrder } from "../../test/plays.ts";
import { loginAndReset, pairs, pairsThatMayFail } from "../../test/scenarios.ts";
import { makeTheatre } from "../../test/theatre.ts";

// A renewal that looks stale waits for a close-all elsewhere: on the stage that is one more turn.
vi.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

it.each(pairs)("in every order of their store calls, before any job: $name", async (scenario) => {
  expect(await violationsInEveryOrder(makeTheatre(scenario), { jobs: "never" })).toEqual({});
});

it.each(pairs)("in every order of their store calls, after the jobs: $name", async (scenario) => {
  expect(await violationsInEveryOrder(makeTheatre(scenario), { jobs: "after" })).toEqual({});
});

const withReset = pairs.filter(({ actors }) => "reset" in actors || "first" in actors);
const otherKinds = ["opaque", "code"] as const;

it.each(withReset.flatMap((scenario) => otherKinds.map((kind) => ({ ...scenario, kind }))))(
  "in every order of their store calls, with a reset by $kind: $name",
  async ({ kind, ...scenario }) => {
    const play = makeTheatre(scenario, undefined, kind);
    expect(await violationsInEveryOrder(play, { jobs: "after" })).toEqual({});
  },
);

it.each([0, 1, 2, 3, 4, 5])(
  "no session of the old password survives a reset that dies before its step %i, in every order with a login",
  async (step) => {
    const options = { jobs: "after", faultAt: { actor: "reset", step, fault: "dies" } } as const;
    expect(await violationsInEveryOrder(makeTheatre(loginAndReset), options)).toEqual({});
  },
);

it.each(pairsThatMayFail)(
  "in any order, with a process that dies or a store that fails anywhere: $name",
  async (scenario) => {
    const play = makeTheatre(scenario);
    const property = fc.asyncProperty(aPlay(scenario), async (options) => {
      const { played, violations } = await play(options);
      // The order stands beside what it led to, for the reader of a failure.
      expect({ violations, order: played.order }).toEqual({ violations: [], order: played.order });
    });
    await fc.assert(property, { numRuns: 120 });
  },
);
