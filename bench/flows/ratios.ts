import type { Name } from "./contestants.ts";
import type { Measured, Results } from "./measure.ts";
import type { Flow } from "./messages.ts";
import { shown, spreadOf, type Spread } from "./numbers.ts";

/** One thing to reach, and what was reached. */
export interface Reached {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

interface Goal {
  readonly what: string;
  readonly flow: Flow;
  readonly one: Name;
  readonly other: Name;
  readonly key: "perSecond" | "cpuMicroseconds";
  readonly least?: number;
  readonly most?: number;
}

const hasher = "argon2 alone";
const warmGoals = (["Fastify", "Express"] as const).flatMap((framework): readonly Goal[] => {
  const warm = {
    flow: "authenticate",
    one: `Latchkey on ${framework}, near cache`,
  } as const;
  const rate = { key: "perSecond", least: 0.9 } as const;
  const cpu = { key: "cpuMicroseconds", most: 1.11 } as const;
  const beside = { other: `${framework} beside Latchkey, no guard` } as const;
  const what = `authenticate on ${framework}, near cache warm:`;
  return [
    { what: `${what} rate of the same application without the guard`, ...warm, ...beside, ...rate },
    { what: "the same: CPU", ...warm, ...beside, ...cpu },
    {
      what: `${what} rate of bare ${framework} with nothing beside it`,
      ...warm,
      other: framework,
      ...rate,
    },
    { what: "the same: CPU", ...warm, other: framework, ...cpu },
  ];
});

const goals: readonly Goal[] = [
  ...warmGoals,
  {
    what: "authenticate on Fastify, no cache: CPU of the same by hand",
    ...{ flow: "authenticate", one: "Latchkey on Fastify", other: "by hand" },
    ...{ key: "cpuMicroseconds", most: 1.25 },
  },
  {
    what: "login, one at a time: rate of the hashes alone",
    ...{ flow: "login, one at a time", one: "Latchkey on Fastify", other: hasher },
    ...{ key: "perSecond", least: 0.8 },
  },
  {
    what: "login, 16 at once: rate of the hashes alone",
    ...{ flow: "login", one: "Latchkey on Fastify", other: hasher },
    ...{ key: "perSecond", least: 0.9 },
  },
  {
    what: "renew: CPU of the same by hand",
    ...{ flow: "renew", one: "Latchkey on Fastify", other: "by hand" },
    ...{ key: "cpuMicroseconds", most: 1.3 },
  },
];

/** Each ratio within a round, where both were measured without a failure. */
export function ratiosOf(results: Results): readonly Reached[] {
  return goals.flatMap(({ what, flow, one, other, key, least, most }) => {
    const ratio = ratioOf(results.get(flow)?.get(one), results.get(flow)?.get(other), key);
    if (ratio === null) return [];
    const isMet = ratio.median >= (least ?? 0) && ratio.median <= (most ?? Number.MAX_VALUE);
    const goal = least === undefined ? `at most ${most}` : `at least ${least}`;
    return [{ what, goal, measured: shown(ratio), isMet }];
  });
}

function ratioOf(
  ones: readonly Measured[] = [],
  others: readonly Measured[] = [],
  key: Goal["key"],
): Spread | null {
  if (ones.length === 0 || others.length === 0 || [...ones, ...others].some(isVoid)) return null;
  return spreadOf(ones.map((one, round) => one[key] / (others[round]?.[key] ?? Number.NaN)));
}

/** A round in which anything failed says nothing. */
export function isVoid({ failures }: Measured): boolean {
  return Object.keys(failures).length > 0;
}
