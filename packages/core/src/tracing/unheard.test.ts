import { tracingChannel } from "node:diagnostics_channel";
import { expect, it, onTestFinished } from "vitest";
import { signIn, signUpAndIn } from "../../test/people.ts";
import { makeWorld } from "../../test/world.ts";
import type { Auth } from "../auth.ts";
import type { Context } from "../context.ts";
import { tracingChannels } from "./channels.ts";
import { flowNames } from "./flow-names.ts";
import { observed } from "./observed.ts";
import { toldFlows, toldJob } from "./told.ts";

// Counts instead of times: where nobody listens, nothing stands between a flow and its stores.

/** A context of nothing but its ports. */
function bareContext(): Context {
  const { ports } = makeWorld();
  const { accounts, sessions, codes, limits, mailer, hasher } = ports;
  const bare = { ...accounts, sessions, near: sessions, codes, limits, mailer, hasher };
  return { ...bare, recall: () => false } as unknown as Context;
}

it("without a subscriber a flow gets the context itself, and its ports with it", () => {
  const context = bareContext();
  expect(observed(context)).toBe(context);
});

it("with one it gets another, made once, and the first again when the last subscriber has gone", () => {
  const context = bareContext();
  const listener = (): void => {};
  for (const kind of ["store", "mail", "hash"] as const) {
    const channel = tracingChannel(tracingChannels[kind]);
    channel.asyncEnd.subscribe(listener);
    const other = observed(context);
    expect(other).not.toBe(context);
    expect(observed(context)).toBe(other);
    channel.asyncEnd.unsubscribe(listener);
    expect(observed(context)).toBe(context);
  }
});

it("without a subscriber a flow's own promise is the answer", async () => {
  const answer = Promise.resolve();
  const flows = Object.fromEntries(flowNames.map((name) => [name, () => answer]));
  const told = toldFlows(flows as unknown as Auth);
  for (const name of flowNames) {
    expect(Reflect.apply(told[name], told, [{}, { ip: "192.0.2.1" }])).toBe(answer);
  }
  const ending = Promise.resolve("done" as const);
  expect(toldJob("send-notice", () => ending)).toBe(ending);
});

it("without a subscriber nothing stands between a flow and its stores, or a job and its mailer", async () => {
  const callers: string[] = [];
  const world = makeWorld({
    around(call, proceed) {
      const frames = new Error().stack ?? "";
      if (/tracing\/observed\.ts/.test(frames)) callers.push(call.method);
      return proceed();
    },
  });
  await signUpAndIn(world);
  expect(callers).toEqual([]);
  const listener = (): void => {};
  const channel = tracingChannel(tracingChannels.store);
  channel.start.subscribe(listener);
  onTestFinished(() => channel.start.unsubscribe(listener));
  await signIn(world);
  expect(callers).toContain("findForLogin");
});

it("tells of every method of an Auth that is a flow", () => {
  const { auth } = makeWorld();
  const others = ["recall", "start", "stop", "runJobs", "jwks", "reportFault", "settings"];
  expect([...flowNames, ...others].toSorted()).toEqual(Object.keys(auth).toSorted());
});
