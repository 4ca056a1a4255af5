import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import type { Door } from "../door.ts";
import { aCast } from "./cast.ts";
import { generatedRequests, sendGenerated } from "./requests.ts";

const requestsPerRound = 250;
const warmUp = 5;
const rounds = 20;
const atOnce = 25;

/** What 5,000 requests may leave behind: 200 bytes each would be a leak. */
const boundBytes = 1_000_000;

/**
 * The same requests again and again, until nothing new can be learned from them; then twenty rounds
 * more. The least of the last rounds is compared with the least of the first.
 */
export async function flatMemory(door: Door): Promise<void> {
  const requests = fc.sample(generatedRequests, { numRuns: requestsPerRound, seed: 2026 });
  const measured: number[] = [];
  for (let round = 1; round <= warmUp + rounds; round += 1) {
    const cast = await aCast(door, `round${round}`);
    for (let from = 0; from < requests.length; from += atOnce) {
      const some = requests.slice(from, from + atOnce);
      await Promise.all(some.map((request) => sendGenerated(door, request, cast)));
    }
    await tidy(door);
    measured.push(heapBytes());
  }
  const [early, late] = [measured.slice(warmUp, warmUp + 5), measured.slice(-5)];
  const grown = Math.min(...late) - Math.min(...early);
  assert.ok(grown < boundBytes, `the heap grew by ${grown} bytes: ${measured.join(", ")}`);
}

/** What is kept on purpose goes: claims and sessions by their time, and what the test wrote down. */
async function tidy(door: Door): Promise<void> {
  await door.runJobs();
  door.clock.advance({ days: 31 });
  door.mailer.clear();
  door.calls.length = 0;
  door.events.length = 0;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
