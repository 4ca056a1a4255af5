import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawedNearCache, type Flaws } from "../../test/broken-near-cache.ts";
import { inAnyOrder } from "../../test/near-cache-play.ts";
import { nearCache } from "./near-cache.ts";

it("lets no request through after 2 s, nor after it knows better, in any order of events", async () => {
  const make = inAnyOrder((store, clock) =>
    nearCache(store, { entries: 100, clock, onFault: () => {} }),
  );
  await fc.assert(make, { numRuns: 3000 });
});

describe("the same orders", () => {
  const flaws: Readonly<Record<string, Flaws>> = {
    "remembers for 10 s": { lifeMs: 10_000 },
    "remembers for one millisecond more": { lifeMs: 2001 },
    "counts from the answer": { countsFromAnswer: true },
    "believes a lookup that a close overtook": { heedsNoLookupUnderWay: true },
    "forgets before its own close, not after it": { forgetsBeforeItsOwnClose: true },
    "takes no notice of a gap": { hearsNoGap: true },
    "takes no notice of anything": { hearsNothing: true },
    "keeps what it knew before it listened": { keepsWhatItKnewBeforeItListened: true },
  };

  it.each(Object.entries(flaws))("catch a near cache that %s", async (_name, own) => {
    const { failed } = await fc.check(inAnyOrder(flawedNearCache(own)), {
      numRuns: 3000,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });

  it("find nothing wrong with the same one without a flaw", async () => {
    await fc.assert(inAnyOrder(flawedNearCache({})), { numRuns: 1000 });
  });
});
