import {
  codeStoreConformance,
  type Harness,
  rateLimiterConformance,
  sessionStoreConformance,
} from "@latchkey/conformance";
import { redisStores, type RedisStores } from "@latchkey/store-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { brokenCodes, brokenLimits } from "./broken/codes-and-limits.ts";
import { brokenSessions } from "./broken/sessions.ts";
import type { BrokenVariant } from "./broken/variant.ts";

let clients: readonly [Redis, Redis];
const catches: string[] = [];

beforeAll(async () => {
  const address = await serviceUrl("redis");
  const client = (): Redis =>
    new Redis(address, { enableOfflineQueue: false, maxRetriesPerRequest: 0, lazyConnect: true });
  clients = [client(), client()];
  await Promise.all(clients.map((redis) => redis.connect()));
});
afterAll(() => {
  for (const redis of clients) redis.disconnect();
  process.stdout.write(`caught on Redis:\n${catches.join("\n")}\n`);
});

/** The names of the kit's tests that a variant fails. */
async function failures<Name extends keyof RedisStores>(
  conformance: (harness: Harness<RedisStores[Name]>) => void,
  part: Name,
  { of }: BrokenVariant<Name>,
): Promise<readonly string[]> {
  const tests: (readonly [name: string, body: () => Promise<void>])[] = [];
  const store = (redis: Redis): RedisStores[Name] =>
    of(redis, redisStores(redis, { prefix: "broken" })[part]);
  const [one, other] = clients;
  const both = [store(one), store(other)] as const;
  conformance({
    describe: (_name, body) => body(),
    it: (name, body) => tests.push([name, body]),
    open: async () => ({ clients: both, close: () => Promise.resolve() }),
  });
  const failed: string[] = [];
  for (const [name, body] of tests) await body().catch(() => failed.push(name));
  return failed;
}

function eachIsCaught<Name extends keyof RedisStores>(
  part: Name,
  conformance: (harness: Harness<RedisStores[Name]>) => void,
  variants: readonly BrokenVariant<Name>[],
): void {
  describe(`${part} of which a script was taken apart`, () => {
    it.each(variants)("are caught: a store that $name", async (variant) => {
      const failed = await failures(conformance, part, variant);
      catches.push(`${variant.name}: ${failed.length} tests, such as "${failed[0]}"`);
      expect(failed).toEqual(expect.arrayContaining([...variant.caughtBy]));
    });
  });
}

eachIsCaught("sessions", sessionStoreConformance, brokenSessions);
eachIsCaught("codes", codeStoreConformance, brokenCodes);
eachIsCaught("limits", rateLimiterConformance, brokenLimits);
