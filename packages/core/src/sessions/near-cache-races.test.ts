import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawedNearCache, type Flaws } from "../../test/broken-near-cache.ts";
import { inAnyOrder, type MakeNearCache } from "../../test/near-cache-play.ts";
import { nearCache } from "./near-cache.ts";

/** The first order found that shows what none may; null where there is none. */
async function violation(make: MakeNearCache, numRuns: number): Promise<unknown> {
  const { failed, counterexample } = await fc.check(inAnyOrder(make), { numRuns });
  return failed ? counterexample : null;
}

it("lets no request through after 2 s, nor after it knows better, in any order of events", async () => {
  const make: MakeNearCache = (store, clock) =>
    nearCache(store, { entries: 100, clock, onFault: () => {} });
  expect(await violation(make, 3000)).toBeNull();
});

describe("the same orders", () => {
  const flaws: Readonly<Record<string, Flaws>> = {
    "remembers for 10 s": { lifeMs: 10_000 },
    "remembers for one millisecond more": { lifeMs: 2001 },
    "counts from the answer": { countsFromAnswer: true },
    "believes a lookup that a close overtook": { heedsNoLookupUnderWay: true },
    "forgets before its own close, not after it": { forgetsBeforeItsOwnClose: true },
    "takes no notice of a refusal": { heedsNoRefusal: true },
    "takes no notice of a gap": { hearsNoGap: true },
    "takes no notice of anything": { hearsNothing: true },
    "keeps what it knew before it listened": { keepsWhatItKnewBeforeItListened: true },
  };

  it.each(Object.entries(flaws))("catch a near cache that %s", async (_name, own) => {
    expect(await violation(flawedNearCache(own), 3000)).not.toBeNull();
  });

  it("find nothing wrong with the same one without a flaw", async () => {
    expect(await violation(flawedNearCache({}), 1000)).toBeNull();
  });
});
