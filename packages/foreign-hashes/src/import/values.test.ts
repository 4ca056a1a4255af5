import { expect, it } from "vitest";
import { textIn, timeIn, truthIn, Unusable } from "./values.ts";

const iso = (value: unknown): string | undefined => timeIn({ at: value }, "at")?.toISOString();

it.each([
  ["2024-05-06T07:08:09.123456+02:00", "2024-05-06T05:08:09.123Z"],
  ["2024-05-06 07:08:09+02", "2024-05-06T05:08:09.000Z"],
  ["2024-05-06 07:08:09.5 +0230", "2024-05-06T04:38:09.500Z"],
  ["2024-05-06T07:08:09", "2024-05-06T07:08:09.000Z"],
  ["2024-05-06 07:08", "2024-05-06T07:08:00.000Z"],
  ["2024-05-06", "2024-05-06T00:00:00.000Z"],
  ["2024-05-06t07:08:09z", "2024-05-06T07:08:09.000Z"],
  [1_715_000_000, "2024-05-06T12:53:20.000Z"],
  [1_715_000_000_000, "2024-05-06T12:53:20.000Z"],
])("a time is read as databases write it: %j", (value, expected) => {
  expect(iso(value)).toBe(expected);
});

it.each(["yesterday", "06.05.2024", "2024-13-01", "2024-05-06T25:00:00", true, {}, 1e300])(
  "what is no time is refused: %j",
  (value) => {
    expect(() => iso(value)).toThrow(Unusable);
  },
);

it("a truth is one in any database's words, and a time is one too", () => {
  const truth = (value: unknown) => truthIn({ is: value }, "is");
  for (const value of [true, 1, "1", "t", "TRUE", "yes", "2020-01-01 00:00:00"]) {
    expect(truth(value)).toBe(true);
  }
  for (const value of [false, 0, "0", "f", "False", "no", null, ""])
    expect(truth(value)).toBe(false);
  expect(truth(undefined)).toBeUndefined();
  expect(truthIn({ is: true }, undefined)).toBeUndefined();
  for (const value of ["perhaps", {}, []]) expect(() => truth(value)).toThrow(Unusable);
});

it("text may be a number, as long as JSON can hold it", () => {
  const text = (value: unknown) => textIn({ a: value }, "a");
  expect([text("x"), text(7), text(""), text(null), textIn({}, "a")]).toEqual([
    "x",
    "7",
    ...Array<undefined>(3),
  ]);
  for (const value of [2 ** 60, 1.5, true, {}, []]) expect(() => text(value)).toThrow(Unusable);
});
