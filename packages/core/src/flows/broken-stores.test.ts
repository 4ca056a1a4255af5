import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import * as broken from "../../test/broken.ts";
import { aPlay, violationsInEveryOrder } from "../../test/plays.ts";
import * as scenarios from "../../test/scenarios.ts";
import { makeTheatre, type Broken, type Scenario } from "../../test/theatre.ts";

// What interleavings.test.ts asserts must fail where a store breaks its promise: else it would
// show nothing.

vi.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

const findings: readonly (readonly [string, Broken, Scenario])[] = [
  ["records a login in any epoch", broken.commitsAnyEpoch, scenarios.loginAndReset],
  ["records a login in any epoch", broken.commitsAnyEpoch, scenarios.loginAndChange],
  ["records a login in any epoch", broken.commitsAnyEpoch, scenarios.loginAndCloseAll],
  ["records a login in any epoch", broken.commitsAnyEpoch, scenarios.loginRenewAndReset],
  ["renews by writing back", broken.rotatesByWritingBack, scenarios.renewAndReset],
  ["renews by writing back", broken.rotatesByWritingBack, scenarios.renewAndChange],
  ["renews by writing back", broken.rotatesByWritingBack, scenarios.renewAndCloseAll],
  ["renews by writing back", broken.rotatesByWritingBack, scenarios.renewAndLogout],
  ["renews by writing back", broken.rotatesByWritingBack, scenarios.renewAndDisable],
  ["ends sessions of every epoch", broken.closesEveryEpoch, scenarios.loginAndChange],
  ["ends sessions of every epoch", broken.closesEveryEpoch, scenarios.loginAndCloseAll],
  ["spares without a stamp", broken.sparesWithoutStamp, scenarios.renewAndCloseOthers],
  ["resets in two steps", broken.resetsInTwoSteps, scenarios.loginAndReset],
  ["resets after looking", broken.resetsAfterLooking, scenarios.twoResets],
  ["raises for anybody", broken.raisesForAnybody, scenarios.changeAndThief],
  ["changes for anybody", broken.changesForAnybody, scenarios.resetAndChange],
];
const cases = findings.map(([what, variant, scenario]) => ({ what, variant, scenario }));

it.each(cases)(
  "a store that $what is found out by $scenario.name",
  async ({ variant, scenario }) => {
    const play = makeTheatre(scenario, variant);
    const property = fc.asyncProperty(aPlay(scenario), async (options) => {
      const { violations } = await play(options);
      return violations.length === 0;
    });
    const checked = await fc.check(property, { seed: 2026, numRuns: 1000, endOnFailure: true });
    expect(checked.failed).toBe(true);
  },
);

it("a store that adds a reset's jobs after the reset is found out by a death between the two", async () => {
  const play = makeTheatre(scenarios.loginAndReset, broken.resetsBeforeItsJobs);
  const faultAt = { actor: "reset", step: 4, fault: "dies" } as const;
  const found = await violationsInEveryOrder(play, { jobs: "after", faultAt });
  expect(Object.keys(found)).toContain(
    "the session of login was to end and is open to authenticate",
  );
});
