import { expect, it, vi } from "vitest";
import { makeEventSink } from "./events.ts";
import type { AuthEvent } from "./ports/event-sink.ts";

const fault: AuthEvent = {
  ...{ name: "fault", id: "1", at: new Date(0), where: "login" },
  cause: new RangeError("canary"),
};

it("a fault that nobody listens to warns once for each place, without its message", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const sink = makeEventSink(undefined);
  sink.emit(fault);
  sink.emit(fault);
  sink.emit({ ...fault, where: "renew" });
  const said = warn.mock.calls.map(([text]) => String(text));
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^login failed \(RangeError\).*onEvent/);
  expect(said.join()).not.toContain("canary");
  warn.mockRestore();
});

it("a listener hears of it instead, and may throw", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const heard: AuthEvent[] = [];
  const sink = makeEventSink((event) => {
    heard.push(event);
    throw new Error("the listener's own");
  });
  sink.emit(fault);
  expect(heard).toEqual([fault]);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
