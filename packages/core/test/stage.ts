import { AuthError } from "../src/errors.ts";
import type { Around, PortCall } from "./ports.ts";

/** How an actor's call of a store goes wrong. */
export type Fault =
  /** The process dies instead of making the call. */
  | "dies"
  /** The store answers an error instead of doing it. */
  | "fails"
  /** The store does it, and the answer is lost. */
  | "loses the answer";

export interface FaultAt {
  readonly actor: string;
  /** The first call is 0. */
  readonly step: number;
  readonly fault: Fault;
}

/** How one actor ended; a dead one never does. */
export type Ending =
  | { readonly status: "fulfilled"; readonly value: unknown }
  | { readonly status: "rejected"; readonly reason: unknown }
  | { readonly status: "dead" };

export interface Played {
  readonly endings: Readonly<Record<string, Ending>>;
  /** Which calls were made, in this order: `login users.commitLogin`. */
  readonly order: readonly string[];
  /** How many actors could have gone on at each step. */
  readonly choices: readonly number[];
}

/**
 * A stage on which several processes make their store calls one at a time. Between two calls
 * nothing but the processes' own computing happens, so the order of the calls is all there is to
 * explore; it is chosen from outside, by `choose`, among those that wait.
 */
export interface Stage {
  /** What the process of an actor passes each of its calls through. */
  around(actor: string, inner?: (pause: () => Promise<void>) => Around): Around;
  /** Takes one turn that is no call of a store; off stage it takes none. */
  step(actor: string, what: string): Promise<void>;
  play(
    actors: Readonly<Record<string, () => Promise<unknown>>>,
    choose: (waiting: number, step: number) => number,
    faultAt?: FaultAt,
  ): Promise<Played>;
}

const staged: ReadonlySet<PortCall["port"]> = new Set([
  "users",
  "outbox",
  "sessions",
  "codes",
  "limits",
]);

export function makeStage(): Stage {
  const waiting = new Map<string, { readonly label: string; readonly go: () => void }>();
  const running = new Set<string>();
  const steps = new Map<string, number>();
  const endings: Record<string, Ending> = {};
  let faultAt: FaultAt | undefined;
  let settled: () => void = () => {};

  const stop = (actor: string): void => {
    running.delete(actor);
    if (running.size === 0) settled();
  };
  const turn = (actor: string, what: string): Promise<void> => {
    if (!running.has(actor)) throw new TypeError(`${actor} makes two calls at once: ${what}`);
    return new Promise((go) => {
      waiting.set(actor, { label: `${actor} ${what}`, go });
      stop(actor);
    });
  };
  const perform = async <Answer>(
    actor: string,
    what: string,
    act: () => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    await turn(actor, what);
    const taken = steps.get(actor) ?? 0;
    steps.set(actor, taken + 1);
    const fault = faultAt?.actor === actor && faultAt.step === taken ? faultAt.fault : undefined;
    if (fault === "dies") {
      endings[actor] = { status: "dead" };
      stop(actor);
      return new Promise(() => {});
    }
    if (fault === "fails") throw new AuthError("store_unavailable");
    const answer = await act();
    if (fault === "loses the answer") throw new AuthError("store_unavailable");
    return answer;
  };

  const offStage = (actor: string): boolean => !running.has(actor) && !waiting.has(actor);
  const step = async (actor: string, what: string): Promise<void> => {
    if (!offStage(actor)) await perform(actor, what, () => {});
  };

  return {
    step,
    around: (actor, inner) => {
      const broken = inner?.(() => step(actor, "between two steps"));
      return (call, proceed) => {
        const act = (): unknown => (broken === undefined ? proceed() : broken(call, proceed));
        if (!staged.has(call.port) || call.method === "watch" || offStage(actor)) return act();
        return perform(actor, `${call.port}.${call.method}`, act);
      };
    },

    async play(actors, choose, fault) {
      faultAt = fault;
      steps.clear();
      waiting.clear();
      for (const actor of Object.keys(actors)) {
        delete endings[actor];
        running.add(actor);
      }
      const order: string[] = [];
      const choices: number[] = [];
      const allStand = (): Promise<void> => new Promise((resolve) => (settled = resolve));

      let standing = allStand();
      for (const [actor, act] of Object.entries(actors)) {
        const end = (ending: Ending): void => {
          endings[actor] = ending;
          stop(actor);
        };
        act().then(
          (value) => end({ status: "fulfilled", value }),
          (reason: unknown) => end({ status: "rejected", reason }),
        );
      }
      for (;;) {
        await standing;
        const names = [...waiting.keys()].toSorted();
        if (names.length === 0) return { endings: { ...endings }, order, choices };
        const chosen = names[choose(names.length, order.length) % names.length] ?? "";
        const next = waiting.get(chosen);
        choices.push(names.length);
        order.push(next?.label ?? "");
        waiting.delete(chosen);
        standing = allStand();
        running.add(chosen);
        next?.go();
      }
    },
  };
}

/**
 * Every order there is: plays again and again, each time with another sequence of choices, until
 * none is left. Answers how many there were.
 */
export async function everyOrder(
  play: (choose: (waiting: number, step: number) => number) => Promise<Played>,
): Promise<number> {
  let prefix: number[] | undefined = [];
  let played = 0;
  while (prefix !== undefined) {
    const taken: readonly number[] = prefix;
    const { choices } = await play((_waiting, step) => taken[step] ?? 0);
    played += 1;
    const made: number[] = choices.map((_count, step) => taken[step] ?? 0);
    // The last choice that can still be another one, taken further; what came after begins anew.
    const last: number = made.findLastIndex((choice, step) => choice + 1 < (choices[step] ?? 0));
    prefix = last < 0 ? undefined : [...made.slice(0, last), (made[last] ?? 0) + 1];
  }
  return played;
}
