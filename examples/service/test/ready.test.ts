import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { clockTrouble, troubles, type Question } from "../src/ready.ts";

const question = (store: string, ask: Question["ask"]): Question => ({ store, ask });

describe("what is wrong now", () => {
  it("nothing, where every store is well", async () => {
    assert.deepEqual(await troubles([question("accounts", async () => null)]), []);
  });

  it("each store that refuses, says what ails it, or says nothing in time", async () => {
    const cause = new Error("connection refused");
    const asked = [
      question("accounts", () => Promise.reject(new Error("store_unavailable", { cause }))),
      question("sessions", async () => "its clock is off"),
      question("codes", () => new Promise<never>(() => {})),
      question("limits", async () => null),
    ];
    assert.deepEqual(await troubles(asked), [
      { store: "accounts", reason: "connection refused" },
      { store: "sessions", reason: "its clock is off" },
      { store: "codes", reason: "it does not answer" },
    ]);
  });

  it("a clock that differs from ours by more than two seconds, either way", () => {
    const ours = new Date("2026-01-01T00:00:00Z");
    const at = (seconds: number): Date => new Date(ours.getTime() + seconds * 1000);
    assert.equal(clockTrouble([at(0), at(2), at(-2)], ours), null);
    for (const theirs of [[at(2.1)], [at(-2.1)], [at(0), at(60)]]) {
      assert.match(clockTrouble(theirs, ours) ?? "", /differ by [\d.]+ s/);
    }
  });
});
