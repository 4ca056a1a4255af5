import { describe, expect, it } from "vitest";
import { manualClock } from "./clock.ts";

describe("manualClock", () => {
  it("stands still", () => {
    const clock = manualClock("2026-01-01T00:00:00Z");
    expect(clock.now()).toEqual(new Date("2026-01-01T00:00:00Z"));
    expect(clock.now()).toEqual(clock.now());
    expect(clock.monotonic()).toBe(clock.monotonic());
  });

  it("advances by all lengths together", () => {
    const clock = manualClock(new Date(0));
    clock.advance({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 });
    expect(clock.now()).toEqual(new Date("1970-01-02T02:03:04.005Z"));
    expect(clock.monotonic()).toBe(clock.now().getTime());
    clock.advance({});
    expect(clock.monotonic()).toBe(clock.now().getTime());
  });

  it("is set back without its monotonic time going back", () => {
    const clock = manualClock("2026-01-01T00:00:10Z");
    clock.advance({ seconds: 1 });
    clock.set("2026-01-01T00:00:00Z");
    expect(clock.now()).toEqual(new Date("2026-01-01T00:00:00Z"));
    expect(clock.monotonic()).toBe(1000);
    clock.set(new Date("2026-01-01T00:00:02Z"));
    expect(clock.monotonic()).toBe(3000);
  });

  it("hands out dates that may be changed without changing the clock", () => {
    const clock = manualClock(new Date(0));
    clock.now().setTime(1);
    expect(clock.now()).toEqual(new Date(0));
  });

  it("refuses what is no date, and to advance backwards", () => {
    expect(() => manualClock("tomorrow")).toThrow(TypeError);
    const clock = manualClock(new Date(0));
    expect(() => clock.set("yesterday")).toThrow(TypeError);
    expect(() => clock.advance({ seconds: -1 })).toThrow(TypeError);
    expect(() => clock.advance({ seconds: Number.NaN })).toThrow(TypeError);
    expect(clock.now()).toEqual(new Date(0));
  });
});
