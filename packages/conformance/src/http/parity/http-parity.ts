import assert from "node:assert/strict";
import * as fc from "fast-check";
import { openDoor, type Door } from "../door.ts";
import type { HttpHarness } from "../harness.ts";
import type { Listen } from "../listen.ts";
import type { Answer } from "../wire.ts";
import { aCast } from "./cast.ts";
import { flatMemory } from "./flat-memory.ts";
import { generatedRequests, sendGenerated, type GeneratedRequest } from "./requests.ts";

/** What the test file of an adapter gives: two servers that must answer alike. */
export interface ParityHarness extends HttpHarness {
  /** Another adapter, usually one that is known to be right. */
  readonly reference: Listen;
  /** How many requests are made up for each test (100; there are five such tests). */
  readonly requests?: number | undefined;
  /** Makes up the same requests again, as a failure says. */
  readonly seed?: number | undefined;
}

const batches = 5;
const mount = { pages: true } as const;

/** Headers of an answer that a client decides by. */
const compared = [
  ...["allow", "cache-control", "content-language", "content-security-policy", "content-type"],
  ...["location", "referrer-policy", "retry-after", "vary", "www-authenticate"],
];

/**
 * That two adapters answer alike whatever is asked of them: requests are made up, sent byte for byte
 * to both, and the statuses, codes and meaningful headers compared. A request that tells them apart
 * is shrunk to the smallest that does, and shown with its seed. And that `listen` forgets them all:
 * memory stays flat over thousands.
 */
export function httpParity(harness: ParityHarness): void {
  const { listen, reference, requests: numRuns = 100, seed } = harness;
  harness.describe("made-up requests", () => {
    for (let batch = 1; batch <= batches; batch += 1) {
      const sentence = `get one answer from both adapters, never a fault (${batch} of ${batches})`;
      harness.it(sentence, async () => {
        const doors = await Promise.all(
          [reference, listen].map((each) => openDoor(each, { mount })),
        );
        let count = 0;
        const property = fc.asyncProperty(generatedRequests, async (request) => {
          count += 1;
          const answers = await Promise.all(doors.map((door) => ask(door, request, count)));
          const [expected, given] = answers.map(summary);
          assert.deepEqual(given, expected);
        });
        try {
          const seeded = seed === undefined ? {} : { seed: seed + batch - 1 };
          await fc.assert(property, { numRuns, ...seeded });
        } finally {
          await Promise.all(doors.map((door) => door.close()));
        }
      });
    }
    harness.it("leave nothing behind: memory is flat over 5,000 of them", async () => {
      const door = await openDoor(listen, { mount });
      try {
        await flatMemory(door);
      } finally {
        await door.close();
      }
    });
  });
}

async function ask(door: Door, request: GeneratedRequest, mark: number): Promise<Answer> {
  const answer = await sendGenerated(door, request, await aCast(door, String(mark)));
  assert.ok(answer.status > 0 && answer.status < 500, `${answer.asked}: ${answer.status}`);
  const { method, target: path } = request;
  if (isOurs(answer)) door.check({ method, path }, answer);
  return answer;
}

/** What leads to no endpoint is refused by the host or by Node itself, each in its own words. */
function isOurs({ headers }: Answer): boolean {
  return headers["x-content-type-options"] !== undefined;
}

/** What two answers to one request have to have in common. */
function summary(answer: Answer): unknown {
  const { status, headers, text } = answer;
  // Express answers a condition (If-None-Match) on the host's own route, Fastify does not.
  if (!isOurs(answer)) return { status: status < 400 ? "let in" : "the host's" };
  const type = headers["content-type"] ?? "";
  const isProblem = type.startsWith("application/problem+json") && text !== "";
  const code: unknown = isProblem ? (JSON.parse(text) as { code?: unknown }).code : null;
  return { status, code, headers: compared.map((name) => [name, ownPart(headers[name])]) };
}

/** A redirect may name somebody, who is another one on each server. */
function ownPart(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/[0-9a-f-]{36}/g, "«id»") : value;
}
