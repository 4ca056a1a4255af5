import { describe, expect, it } from "vitest";
import { systemRandom } from "./system.ts";

describe("the machine's random bytes", () => {
  it("come in any number asked for", () => {
    for (const count of [0, 1, 16, 32, 255, 256, 257, 4096, 100_000]) {
      expect(systemRandom.bytes(count)).toHaveLength(count);
    }
  });

  it("are never given twice, however they fall into what is drawn at once", () => {
    const seen = new Set<string>();
    for (let round = 0; round < 20_000; round += 1) {
      seen.add(Buffer.from(systemRandom.bytes(8 + (round % 57))).toString("hex"));
    }
    expect(seen.size).toBe(20_000);
    expect([...seen].some((hex) => hex.includes("0000000000000000"))).toBe(false);
  });

  it("belong to whoever asked: later ones do not change them", () => {
    const own = systemRandom.bytes(16);
    const before = Buffer.from(own).toString("hex");
    for (let round = 0; round < 1000; round += 1) systemRandom.bytes(64).fill(0);
    expect(Buffer.from(own).toString("hex")).toBe(before);
  });

  it("are spread evenly", () => {
    const counts = Array.from({ length: 256 }, () => 0);
    for (let round = 0; round < 16_000; round += 1) {
      for (const byte of systemRandom.bytes(16)) counts[byte] = (counts[byte] ?? 0) + 1;
    }
    // A thousand each; a good generator is outside of eight standard deviations never.
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(500);
    expect(Math.min(...counts)).toBeGreaterThan(750);
  });
});
