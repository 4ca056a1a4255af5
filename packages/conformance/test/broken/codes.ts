import { memoryStores } from "@latchkey/core/memory";
import type { AttemptRequest, CodeStore } from "@latchkey/core/ports";
import { type BrokenStore, elsewhere } from "./broken-store.ts";

function withCodes(change: (codes: CodeStore) => Partial<CodeStore>) {
  return (): CodeStore => {
    const { codes } = memoryStores();
    return { ...codes, ...change(codes) };
  };
}

const unlimited = {
  perRegistration: Number.POSITIVE_INFINITY,
  perEmail: Number.POSITIVE_INFINITY,
};

/** A store that counts by itself, in one way or another. */
function counting(options: {
  readonly resendResets: boolean;
  readonly compareFirst: boolean;
  readonly matchTakes?: "a try" | "none" | "less than none";
  readonly keyOf: (request: AttemptRequest) => string;
}): () => CodeStore {
  return withCodes((codes) => {
    const tries = new Map<string, number>();
    return {
      async put(request, now) {
        const answer = await codes.put(request, now);
        if (options.resendResets && answer === "kept") {
          tries.delete(options.keyOf({ ...request }));
        }
        return answer;
      },
      async attempt(request, limits, now) {
        const key = options.keyOf(request);
        const limit =
          request.registrationId === undefined ? limits.perEmail : limits.perRegistration;
        const count = tries.get(key) ?? 0;
        if (count >= limit) return { outcome: "exhausted" };
        if (options.compareFirst) await elsewhere();
        tries.set(key, count + 1);
        const answer = await codes.attempt(request, unlimited, now);
        if (answer.outcome === "matched") {
          const { matchTakes = "none" } = options;
          if (matchTakes === "none") tries.set(key, (tries.get(key) ?? 1) - 1);
          if (matchTakes === "less than none") tries.delete(key);
        }
        return answer;
      },
    };
  });
}

function ownKey({ emailKey, registrationId = "" }: AttemptRequest): string {
  return `${emailKey} ${registrationId}`;
}

export const brokenCodes: readonly BrokenStore<CodeStore>[] = [
  {
    name: "compares a code first and counts the try after",
    make: counting({ compareFirst: true, resendResets: false, keyOf: ownKey }),
    caughtBy: [
      "parallel wrong codes of a claim stop at its limit",
      "parallel wrong codes of an email stop at the limit of its pool",
      "wrong codes amid right ones stop at the limit, and then the right one is not compared either",
    ],
  },
  {
    name: "gives all tries back with a code sent anew",
    make: counting({ compareFirst: false, resendResets: true, keyOf: ownKey }),
    caughtBy: [
      "codes sent anew amid wrong tries win nobody a further one",
      "a claim without tries left stays so, whatever is sent anew",
    ],
  },
  {
    name: "counts all tries on an email together",
    make: counting({
      compareFirst: false,
      resendResets: false,
      keyOf: ({ emailKey }) => emailKey,
    }),
    caughtBy: ["strangers who empty an email's pool take no try from a claim"],
  },
  {
    name: "keeps whichever code arrives last",
    make: withCodes((codes) => {
      let arrivals = 0;
      const digests = new Set<string>();
      return {
        put(request, now) {
          if (!digests.has(request.digest)) arrivals += 1;
          digests.add(request.digest);
          return codes.put({ ...request, sequence: arrivals }, now);
        },
      };
    }),
    caughtBy: [
      "of codes that arrive at once in any order the one of the highest sequence stays",
      "a code of an earlier sequence is superseded, and voids nothing",
    ],
  },
  {
    name: "uses a code up when it matches",
    make: withCodes((codes) => {
      const used = new Set<string>();
      return {
        async attempt(request, limits, now) {
          if (used.has(request.digest)) return { outcome: "absent" };
          const answer = await codes.attempt(request, limits, now);
          if (answer.outcome === "matched") used.add(request.digest);
          return answer;
        },
      };
    }),
    caughtBy: ["a match spends neither the code nor a try"],
  },
  {
    name: "counts matches as well",
    make: counting({
      ...{ compareFirst: false, resendResets: false, keyOf: ownKey },
      matchTakes: "a try",
    }),
    caughtBy: [
      "of parallel right codes each matches, and none is a try",
      "a match spends neither the code nor a try",
    ],
  },
  {
    name: "gives the tries of a claim back after a match",
    make: counting({
      ...{ compareFirst: false, resendResets: false, keyOf: ownKey },
      matchTakes: "less than none",
    }),
    caughtBy: [
      "wrong codes amid right ones stop at the limit, and then the right one is not compared either",
    ],
  },
  {
    name: "counts on an email only where something is there",
    make: withCodes((codes) => {
      const known = new Set<string>();
      return {
        put(request, now) {
          known.add(request.emailKey);
          return codes.put(request, now);
        },
        async attempt(request, limits, now) {
          if (!known.has(request.emailKey)) return { outcome: "absent" };
          return codes.attempt(request, limits, now);
        },
      };
    }),
    caughtBy: [
      "parallel codes of an email with nothing there stop at the limit too",
      "the pool of an email with nothing there empties like any other",
    ],
  },
  {
    name: "forgets that there were several claims",
    make: withCodes((codes) => ({
      async attempt(request, limits, now) {
        const answer = await codes.attempt(request, limits, now);
        return answer.outcome === "matched" ? { ...answer, several: false } : answer;
      },
    })),
    caughtBy: [
      "that an email had several claims is remembered until the last of them ends",
      "without an id each of an email's claims matches by its own code, and they are several",
    ],
  },
];
