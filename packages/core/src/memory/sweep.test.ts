import { describe, expect, it } from "vitest";
import { sweeper } from "./sweep.ts";

const at = (second: number): Date => new Date(second * 1000);

/** Writes one entry a second, each over after ten, and answers how large the map ever was. */
function largest(writes: number): number {
  const ends = new Map<number, Date>();
  const sweep = sweeper(ends, (key, end, now) => {
    if (end <= now) ends.delete(key);
  });
  let size = 0;
  for (let second = 0; second < writes; second += 1) {
    sweep(at(second));
    ends.set(second, at(second + 10));
    size = Math.max(size, ends.size);
  }
  return size;
}

describe("sweeper", () => {
  it("keeps a map within a constant factor of what is alive in it", () => {
    expect(largest(10_000)).toBeLessThan(20);
  });

  it("looks at a few entries a write, however many there are", () => {
    let looks = 0;
    const entries = new Map(Array.from({ length: 1000 }, (_, key) => [key, key]));
    const sweep = sweeper(entries, () => {
      looks += 1;
    });
    sweep(at(0));
    expect(looks).toBeLessThan(10);
  });

  it("comes back to entries that were alive when it passed", () => {
    const ends = new Map([["one", at(5)]]);
    const sweep = sweeper(ends, (key, end, now) => {
      if (end <= now) ends.delete(key);
    });
    for (const second of [0, 1, 2, 5, 6]) sweep(at(second));
    expect(ends.size).toBe(0);
  });
});
