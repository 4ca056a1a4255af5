import { memoryStores } from "@latchkey/core/memory";
import { afterAll, describe, expect, it } from "vitest";
import type { BrokenStore } from "./broken/broken-store.ts";
import { brokenCodes } from "./broken/codes.ts";
import { brokenLimits } from "./broken/limits.ts";
import { brokenOutboxes } from "./broken/outbox.ts";
import { brokenPasswords } from "./broken/passwords.ts";
import { brokenRegistrations } from "./broken/registrations.ts";
import { brokenSessions } from "./broken/sessions.ts";
import {
  accountsConformance,
  codeStoreConformance,
  type Harness,
  rateLimiterConformance,
  sessionStoreConformance,
} from "../src/index.ts";
import { collectingRunner, type Report } from "./collecting.ts";

type Conformance<Part> = (harness: Harness<Part>) => void;

async function runOn<Part>(conformance: Conformance<Part>, make: () => Part): Promise<Report> {
  const runner = collectingRunner();
  conformance({
    ...runner,
    open: async () => ({ clients: [make()], close: async () => {} }),
  });
  return runner.run();
}

const catches: string[] = [];

function eachIsCaught<Part>(
  port: string,
  conformance: Conformance<Part>,
  sound: () => Part,
  broken: readonly BrokenStore<Part>[],
): void {
  describe(`broken ${port}`, () => {
    it("a sound store passes every test", async () => {
      const { passed, failed } = await runOn(conformance, sound);
      expect(failed).toEqual([]);
      expect(new Set(passed).size).toBe(passed.length);
    });

    it.each(broken)("is caught: a store that $name", async ({ name, make, caughtBy }) => {
      const { failed } = await runOn(conformance, make);
      catches.push(`a store that ${name}: ${failed.length} tests, such as "${caughtBy[0]}"`);
      expect(failed).toEqual(expect.arrayContaining([...caughtBy]));
    });
  });
}

eachIsCaught("accounts", accountsConformance, () => memoryStores().accounts, [
  ...brokenRegistrations,
  ...brokenPasswords,
  ...brokenOutboxes,
]);
eachIsCaught("sessions", sessionStoreConformance, () => memoryStores().sessions, brokenSessions);
eachIsCaught("codes", codeStoreConformance, () => memoryStores().codes, brokenCodes);
eachIsCaught("limits", rateLimiterConformance, () => memoryStores().limits, brokenLimits);

afterAll(() => {
  process.stdout.write(`caught by the kit:\n${catches.join("\n")}\n`);
});
