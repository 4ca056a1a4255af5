import { plans, type Name } from "./contestants.ts";
import type { Answered, Flow, Load, Question, Request, Usage } from "./messages.ts";
import { shuffled } from "./numbers.ts";
import type { Child } from "./processes.ts";

/** One contestant in one flow in one round. */
export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of one request, user and system, all threads. */
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
  readonly commands: number;
  readonly statements: number;
  readonly failures: Readonly<Record<string, number>>;
}

export type Results = ReadonlyMap<Flow, ReadonlyMap<Name, readonly Measured[]>>;

export interface Course {
  readonly flows: readonly Flow[];
  readonly rounds: number;
  readonly seconds: number;
}

/** What the plans' numbers of requests are made for. */
const fullSeconds = 2;

/** Everybody in every flow, in another order in each round; the first rounds warm up. */
export async function measureAll(
  { flows, rounds, seconds }: Course,
  children: ReadonlyMap<Name, Child>,
  sender: Child,
): Promise<Results> {
  const results = new Map<Flow, Map<Name, Measured[]>>();
  for (const flow of flows) {
    const ofFlow = new Map<Name, Measured[]>();
    for (let round = 1 - plans[flow].warmUp; round <= rounds; round += 1) {
      for (const name of shuffled(plans[flow].of)) {
        const child = children.get(name);
        if (child === undefined) continue;
        const measured = await measure(flow, child, sender, seconds);
        if (round > 0) ofFlow.set(name, [...(ofFlow.get(name) ?? []), measured]);
      }
    }
    results.set(flow, ofFlow);
  }
  return results;
}

/** One flow, once. */
export async function measure(
  flow: Flow,
  child: Child,
  sender: Child,
  seconds: number,
): Promise<Measured> {
  const { connections, requests: most, isOnce } = plans[flow];
  // In shorter rounds fewer are sent once each, as many by each connection.
  const share = isOnce ? Math.min(1, seconds / fullSeconds) : 1;
  const count = connections * Math.max(1, Math.round((most * share) / connections));
  const ask = <Answer>(question: Question): Promise<Answer> => child.ask<Answer>(question);
  const port = Number(child.greeting);
  const isHashing = port === 0;
  const requests = isHashing ? [] : await ask<readonly Request[]>({ ask: "requests", flow, count });
  const load: Load = {
    url: `http://127.0.0.1:${port}`,
    ...{ connections, requests, isRenewal: flow === "renew" },
    seconds: isOnce ? null : seconds,
  };
  const before = await ask<Usage>({ ask: "usage" });
  const answered = isHashing
    ? await hashed(child, seconds, connections)
    : await sender.ask<Answered>(load);
  const after = await ask<Usage>({ ask: "usage" });
  const each = (key: "cpuMicroseconds" | "commands" | "statements"): number =>
    (after[key] - before[key]) / answered.count;
  return {
    perSecond: answered.count / answered.seconds,
    ...{ p50: answered.p50, p99: answered.p99, failures: answered.failures },
    ...{ cpuMicroseconds: each("cpuMicroseconds"), rssBytes: after.rssBytes },
    ...{ commands: each("commands"), statements: each("statements") },
  };
}

async function hashed(child: Child, seconds: number, inFlight: number): Promise<Answered> {
  const startedAt = performance.now();
  const count = await child.ask<number>({ ask: "hash", seconds, inFlight });
  const [p50, p95, p99] = [Number.NaN, Number.NaN, Number.NaN];
  return {
    ...{ count, seconds: (performance.now() - startedAt) / 1000, failures: {} },
    ...{ p50, p95, p99 },
  };
}
