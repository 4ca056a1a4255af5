import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { AuthOptions } from "@latchkey/core";
import { behindProxy, type Network } from "./network.ts";
import { outcomeOf, type Side, type Stage, type Ways } from "./stage.ts";

let salts = 0;
const digest = (salt: string, password: string): string =>
  `${salt}:${createHash("sha256").update(`${salt}:${password}`).digest("base64url")}`;

/** Costs nothing, so that all the time of a flow is the network's. */
export const freeHasher = {
  hash: async (password: string): Promise<string> => digest(String((salts += 1)), password),
  verify: async (hash: string, password: string): Promise<boolean> =>
    hash === digest(hash.split(":")[0] ?? "", password),
  needsRehash: (): boolean => false,
  dummy: (): string => "0:nobody's",
};

/** A process whose way to one of the stores can be cut. */
export interface Lane {
  readonly network: Network;
  readonly side: Side;
}

export async function openLanes(
  stage: Stage,
  store: keyof Ways,
  url: string,
  options?: Partial<AuthOptions>,
): Promise<readonly Lane[]> {
  return Promise.all(
    Array.from({ length: 3 }, async () => {
      const network = await behindProxy(url);
      return { network, side: await stage.process({ [store]: network.url }, options) };
    }),
  );
}

/** What became of it for each millisecond from zero, several at a time. */
export async function inSteps<End>(
  lanes: readonly Lane[],
  lastMs: number,
  endAfter: (lane: Lane, ms: number) => Promise<End>,
): Promise<readonly End[]> {
  const ends: End[] = [];
  await Promise.all(
    lanes.map(async (lane, index) => {
      for (let ms = index; ms <= lastMs; ms += lanes.length) ends[ms] = await endAfter(lane, ms);
    }),
  );
  assert.equal(ends.length, lastMs + 1);
  return ends;
}

/** Cuts the way so many milliseconds into a call, which answers or is told of an outage. */
export async function cutInto<Answer>(
  { network, side }: Lane,
  ms: number,
  delayMs: number,
  call: () => Promise<Answer>,
): Promise<{ readonly refused: string } | { readonly refused: null; readonly answer: Answer }> {
  // Connections that stand, so that the time is the call's own.
  await stands(side);
  network.proxy.behave({ delayMs });
  const calling = outcomeOf(call());
  await pause(ms);
  network.proxy.cut();
  const outcome = await calling;
  network.proxy.behave({ delayMs: 0 });
  const { refused } = outcome;
  assert.ok(refused === null || refused === "store_unavailable", `${ms} ms: ${String(refused)}`);
  // What was on its way when the connection broke has arrived, or never will.
  await pause(2 * delayMs);
  await stands(side);
  return outcome;
}

/** Waits until both stores are connected. */
async function stands({ pool, redis }: Side): Promise<void> {
  // The first may find a connection that is broken already.
  await pool.query("SELECT 1").catch(() => pool.query("SELECT 1"));
  await redis.ready();
}
