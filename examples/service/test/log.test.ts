import assert from "node:assert/strict";
import { AuthError, type AuthEvent } from "@latchkey/core";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { logEvent as logEventOfExpress } from "../../service-express/src/log.ts";
import { logEvent } from "../src/log.ts";

const canary = "canary-1843";
let written = "";

beforeEach(() => {
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe.each([
  ["Fastify", logEvent],
  ["Express", logEventOfExpress],
])("a fault's line, on %s", (_name, logEventOf) => {
  const lineOf = (cause: unknown): Record<string, unknown> => {
    const event = { name: "fault", id: "1", at: new Date(0), where: "login", cause };
    logEventOf(event as AuthEvent);
    return JSON.parse(written) as Record<string, unknown>;
  };

  it("says of a store that is away what is wrong and what helps, and not what is behind that", () => {
    const behind = new Error(`insert (${canary})`);
    const cause = new Error("Postgres cannot be reached: check its address", { cause: behind });
    const line = lineOf(new AuthError("store_unavailable", { cause }));
    assert.equal(line["error"], "store_unavailable");
    assert.equal(line["reason"], "Postgres cannot be reached: check its address");
    assert.ok(!written.includes(canary));
  });

  it("says of anything else its name, its code and where it happened, and never its message", () => {
    const cause = Object.assign(new RangeError(`550 no such user ${canary}`), {
      code: "EENVELOPE",
    });
    const line = lineOf(cause);
    assert.deepEqual([line["error"], line["code"]], ["RangeError", "EENVELOPE"]);
    assert.ok(Array.isArray(line["stack"]) && line["stack"].length > 0);
    assert.ok(!written.includes(canary));
  });

  it("takes no code that may be more than one", () => {
    const line = lineOf(Object.assign(new Error("x"), { code: `AT ${canary}` }));
    assert.ok(!("code" in line) && !("reason" in line));
    assert.ok(!written.includes(canary));
  });
});
