import { describe, expect, it } from "vitest";
import { readingTogether } from "../src/reading-together.ts";

/** A source that knows of the keys `k0` to `k299`, and what it was asked. */
function aSource() {
  const asked: (readonly string[])[] = [];
  const read = async (keys: readonly string[]) => {
    asked.push(keys);
    const known = keys.filter((key) => /^k\d{1,2}$|^k[12]\d\d$/.test(key));
    return Object.fromEntries(known.map((key) => [key, `value of ${key}`]));
  };
  return { asked, read };
}

describe("what is asked for in one turn", () => {
  it("is read at once, each key once, and null is what was not found", async () => {
    const { asked, read } = aSource();
    const find = readingTogether(read);
    const found = await Promise.all(["k1", "k2", "k1", "nobody", "constructor"].map(find));
    expect(found).toEqual(["value of k1", "value of k2", "value of k1", null, null]);
    expect(asked).toEqual([["k1", "k2", "nobody", "constructor"]]);
  });

  it("is read 200 at a time", async () => {
    const { asked, read } = aSource();
    const keys = Array.from({ length: 250 }, (_, index) => `k${index}`);
    const found = await Promise.all(keys.map(readingTogether(read)));
    expect(found.at(-1)).toBe("value of k249");
    expect(asked.map(({ length }) => length)).toEqual([200, 50]);
  });

  it("fails together, and what is asked for later does not", async () => {
    const { read } = aSource();
    const faults = [new Error("away")];
    const find = readingTogether(async (keys) => {
      const fault = faults.pop();
      if (fault !== undefined) throw fault;
      return read(keys);
    });
    const settled = await Promise.allSettled([find("k1"), find("k2")]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(find("k1")).resolves.toBe("value of k1");
  });
});

it("is read after whatever was done before it was asked for", async () => {
  let value = "old";
  const find = readingTogether(async () => ({ k: value }));
  const first = find("k");
  // Still in the turn of the first.
  value = "new";
  expect(await Promise.all([first, find("k")])).toEqual(["new", "new"]);
  value = "newer";
  expect(await find("k")).toBe("newer");
});
