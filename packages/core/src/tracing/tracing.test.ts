import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { expect, it, onTestFinished } from "vitest";
import { overhear, type Overheard } from "../../test/overheard.ts";
import {
  ada,
  askForLink,
  bob,
  home,
  newPassword,
  register,
  signUp,
  signUpAndIn,
} from "../../test/people.ts";
import { makeWorld } from "../../test/world.ts";
import { AuthError, MailRefused } from "../errors.ts";
import { tracingChannels, type TracedWork } from "./channels.ts";

/** What was told at one moment, as short words. */
const words = (heard: readonly Overheard[], moment: string): readonly string[] =>
  heard
    .filter((each) => each.moment === moment)
    .map(({ kind, said }) => {
      const { around: _, outcome, ...about } = said;
      return [kind, Object.values(about).join("."), outcome].filter(Boolean).join(" ");
    });

it("tells of a flow, and of each store call and hash it makes, with how they ended", async () => {
  const world = makeWorld();
  await signUp(world);
  const heard = overhear();
  await world.auth.login({ tag: ada.tag, password: ada.password }, home);
  expect(words(heard, "start")).toEqual([
    "flow login",
    "store limits.take",
    "store limits.take",
    "store users.findForLogin",
    "hash verify",
    "store sessions.open",
    "store users.commitLogin",
    "store limits.forgive",
  ]);
  expect(words(heard, "asyncEnd").at(-1)).toBe("flow login ok");
  expect(words(heard, "asyncEnd")).toHaveLength(8);
  expect(words(heard, "error")).toEqual([]);
});

it("tells of a refusal by its code, and of what is none as failed", async () => {
  const world = makeWorld({
    around({ method }, proceed) {
      if (method === "findForLogin") throw new RangeError("thrown at once");
      if (method === "findById") return Promise.reject(new AuthError("store_unavailable"));
      return proceed();
    },
  });
  const { caller } = await signUpAndIn(makeWorld());
  const heard = overhear();
  const login = { tag: ada.tag, password: ada.password };
  await expect(world.auth.login(login, home)).rejects.toMatchObject({ code: "internal" });
  await expect(world.auth.me({ caller }, home)).rejects.toMatchObject({
    code: "store_unavailable",
  });
  expect(words(heard, "error")).toEqual([
    "store users.findForLogin failed",
    "flow login internal",
    "store users.findById store_unavailable",
    "flow me store_unavailable",
  ]);
});

it("tells of a job, of the mail it sends, and of the outbox being told", async () => {
  let refuse = false;
  const mailer = {
    send: async () => {
      if (refuse) throw new MailRefused("no such mailbox");
    },
  };
  const world = makeWorld({ mailer });
  await world.auth.register(ada, home);
  const heard = overhear();
  await world.auth.runJobs();
  expect(words(heard, "asyncEnd").slice(-3)).toEqual([
    "mail confirmation_code ok",
    "store outbox.done ok",
    "job send-confirmation done",
  ]);
  refuse = true;
  await world.auth.register(bob, home);
  await world.auth.runJobs();
  expect(words(heard, "asyncEnd").slice(-3)).toEqual([
    expect.stringMatching(/^store limits.forgive ok$|^mail/),
    "store outbox.bury ok",
    "job send-confirmation buried",
  ]);
  expect(words(heard, "error")).toContain("mail confirmation_code refused");
});

it("tells that a job ended untold where the outbox could not be told", async () => {
  const world = makeWorld({
    around: ({ method }, proceed) => {
      if (method === "done") throw new AuthError("store_unavailable");
      return proceed();
    },
  });
  await world.auth.register(ada, home);
  const heard = overhear(["job"]);
  await world.auth.runJobs();
  expect(words(heard, "asyncEnd")).toEqual(["job send-confirmation untold"]);
});

it("tells each moment once and in order, of one object from start to end", async () => {
  const world = makeWorld();
  await signUp(world);
  const heard = overhear(["flow"]);
  await world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await world.auth.login({ tag: ada.tag, password: newPassword }, home).catch(() => {});
  const moments = ["start", "end", "asyncStart", "asyncEnd"];
  const failing = ["start", "end", "error", "asyncStart", "asyncEnd"];
  expect(heard.map(({ moment }) => moment)).toEqual([...moments, ...failing]);
  expect(new Set(heard.map(({ message }) => message)).size).toBe(2);
});

it("what a call of a flow does is done inside of what a subscriber adds, and nobody else's is", async () => {
  const world = makeWorld();
  await signUp(world);
  await signUp(world, bob);
  const inside = new AsyncLocalStorage<number>();
  const seen: (number | undefined)[] = [];
  let calls = 0;
  const enter = ({ around }: TracedWork["flow"]): void => {
    calls += 1;
    const call = calls;
    around.push((work) => inside.run(call, work));
  };
  const flows = tracingChannel<unknown, TracedWork["flow"]>(tracingChannels.flow);
  const stores = tracingChannel<unknown, TracedWork["store"]>(tracingChannels.store);
  const look = (): void => void seen.push(inside.getStore());
  flows.start.subscribe(enter as (message: unknown) => void);
  stores.asyncEnd.subscribe(look);
  onTestFinished(() => {
    flows.start.unsubscribe(enter as (message: unknown) => void);
    stores.asyncEnd.unsubscribe(look);
  });
  const login = ({ tag, password }: typeof ada): Promise<unknown> =>
    world.auth.login({ tag, password }, home);
  await Promise.all([login(ada), login(bob)]);
  // Six store calls each.
  expect(seen.filter((call) => call === 1)).toHaveLength(6);
  expect(seen.filter((call) => call === 2)).toHaveLength(6);
  expect(seen).toHaveLength(12);
  expect(inside.getStore()).toBeUndefined();
});

it("says words of Latchkey's own and nothing that anybody typed, stored or got", async () => {
  const world = makeWorld();
  const heard = overhear();
  const { pair } = await signUpAndIn(world);
  await world.auth.renew({ refreshToken: pair.refreshToken }, home);
  await world.auth.register({ ...bob, tag: ada.tag }, home).catch(() => {});
  await askForLink(world);
  const kinds = new Set(heard.map(({ kind }) => kind));
  expect(kinds.size).toBe(5);
  for (const { said } of heard) {
    const { around, ...rest } = said;
    expect(around).toEqual([]);
    for (const [name, value] of Object.entries(rest)) {
      expect(["flow", "port", "method", "kind", "outcome"]).toContain(name);
      expect(typeof value === "string" && value).toMatch(/^[a-z][a-zA-Z_-]{1,24}$/);
      expect([ada.tag, bob.tag]).not.toContain(value);
    }
  }
});

it("a session remembered by the near cache is no call of a store", async () => {
  const world = makeWorld({ sessions: { nearCacheEntries: 10 } });
  const { pair } = await signUpAndIn(world);
  await world.auth.start();
  onTestFinished(() => world.auth.stop());
  const { accessToken } = pair;
  await world.auth.authenticate({ accessToken }, home);
  const heard = overhear();
  await world.auth.authenticate({ accessToken }, home);
  expect(words(heard, "start")).toEqual(["flow authenticate"]);
  world.clock.advance({ seconds: 3 });
  await world.auth.authenticate({ accessToken }, home);
  expect(words(heard, "start").at(-1)).toBe("store sessions.find");
});

it("a subscriber who comes while a flow runs hears of what comes after, and breaks nothing", async () => {
  const world = makeWorld();
  const registered = world.auth.register(ada, home);
  const heard = overhear();
  await registered;
  expect(words(heard, "start")).toEqual([]);
  const { code } = await register(world, bob);
  expect(code).toMatch(/^\d{6}$/);
  expect(words(heard, "asyncEnd")).toContain("flow register ok");
});
