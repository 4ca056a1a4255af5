import * as fc from "fast-check";
import { everyOrder } from "./stage.ts";
import type { Play, PlayOptions, Scenario } from "./theatre.ts";

/** Every violation in any order, with the order it was found in. */
export async function violationsInEveryOrder(
  play: Play,
  options: Omit<PlayOptions, "choose">,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found = new Map<string, readonly string[]>();
  await everyOrder(async (choose) => {
    const { played, violations } = await play({ ...options, choose });
    for (const violation of violations) found.set(violation, played.order);
    return played;
  });
  return Object.fromEntries(found);
}

/**
 * An order of store calls and, in half of the plays, something that goes wrong on the way. Each
 * actor goes on for a while before the next does: most mistakes need few changes, in the right place.
 */
export function aPlay(scenario: Scenario): fc.Arbitrary<PlayOptions> {
  const actors = Object.keys(scenario.actors);
  // One more than there are flows: the worker.
  const turns = fc.record({ who: fc.nat(actors.length), calls: fc.integer({ min: 1, max: 9 }) });
  const order = fc
    .array(turns, { minLength: 8, maxLength: 8 })
    .map((list) => list.flatMap(({ who, calls }) => Array.from({ length: calls }, () => who)));
  const faultAt = fc.record({
    actor: fc.constantFrom(...actors),
    step: fc.nat(6),
    fault: fc.constantFrom("dies", "fails", "loses the answer"),
  });
  const undisturbed = fc.record({
    faultAt: fc.constant(undefined),
    // Flows that end end sessions themselves; jobs are for those that die.
    jobs: fc.constantFrom("never", "within"),
  });
  const disturbed = fc.record({ faultAt, jobs: fc.constant("within") });
  return fc
    .tuple(order, fc.oneof(undisturbed, disturbed))
    .map(([taken, play]) => ({ ...play, choose: (_waiting, step) => taken[step] ?? 0 }));
}
