import { expect, it } from "vitest";
import { ada, bob, elsewhere, home, signIn, signUpAndIn } from "../../../test/people.ts";
import { traceOf, type Around } from "../../../test/ports.ts";
import { opens } from "../../../test/verdicts.ts";
import { makeWorld, type World } from "../../../test/world.ts";
import type { Caller } from "../../domain/session.ts";
import type { CloseAllSessionsInput } from "./close-all.ts";
import type { TokenPair } from "../../tokens/token-pair.ts";

const refusal = { code: "invalid_token", status: 401 };
const somebody = "00000000-0000-4000-8000-000000000000";

const authenticate = (world: World, { accessToken }: TokenPair) =>
  world.auth.authenticate({ accessToken }, home);

const renew = (world: World, { refreshToken }: TokenPair) =>
  world.auth.renew({ refreshToken }, home);

it("authenticate says whose request it is, in one look at the sessions", async () => {
  const world = makeWorld();
  const { pair, caller, userId } = await signUpAndIn(world);
  expect(caller).toEqual({ userId, tag: ada.tag, sessionId: caller.sessionId });
  world.forget();
  await authenticate(world, pair);
  expect(traceOf(world.calls)).toEqual(["sessions.find"]);
});

it("authenticate accepts an access token for its ten minutes and the clocks' tolerance", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  world.clock.advance({ minutes: 10, seconds: 4 });
  await expect(authenticate(world, pair)).resolves.toBeDefined();
  world.clock.advance({ seconds: 1 });
  world.forget();
  await expect(authenticate(world, pair)).rejects.toMatchObject(refusal);
  expect(traceOf(world.calls)).toEqual([]);
});

it("authenticate refuses refresh and reset tokens, and looks nothing up for them", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  world.forget();
  for (const accessToken of [pair.refreshToken, "x", `${pair.accessToken}x`, "a.b.c"]) {
    await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject(refusal);
  }
  expect(traceOf(world.calls)).toEqual([]);
});

it("A-23: after a logout both tokens are dead at once; again is fine", async () => {
  const world = makeWorld();
  const { pair, caller } = await signUpAndIn(world);
  const other = await signIn(world);
  const { accessToken, refreshToken } = pair;
  world.forget();
  await world.auth.logout({ accessToken, refreshToken }, home);
  expect(traceOf(world.calls)).toEqual(["sessions.close"]);
  expect(world.events).toMatchObject([
    { name: "session.closed", sessionId: caller.sessionId, ip: home.ip },
  ]);
  expect(await opens(world, pair)).toEqual([]);
  await expect(world.auth.logout({ accessToken, refreshToken }, home)).resolves.toBeUndefined();
  expect(world.eventNames()).toHaveLength(1);
  await expect(authenticate(world, other.pair)).resolves.toEqual(other.caller);
});

it.each(["accessToken", "refreshToken"] as const)(
  "A-23: the %s alone ends the session",
  async (name) => {
    const world = makeWorld();
    const { pair } = await signUpAndIn(world);
    await world.auth.logout({ [name]: pair[name] }, home);
    expect(await opens(world, pair)).toEqual([]);
  },
);

it("A-23: logout works with an expired access token, and then with both expired", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  const { accessToken, refreshToken } = pair;
  world.clock.advance({ hours: 1 });
  await world.auth.logout({ accessToken, refreshToken }, home);
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  world.clock.advance({ days: 8 });
  await expect(world.auth.logout({ accessToken, refreshToken }, home)).resolves.toBeUndefined();
});

it("logout ends both sessions where the two tokens name two", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const { accessToken } = first.pair;
  await world.auth.logout({ accessToken, refreshToken: second.pair.refreshToken }, home);
  expect(await opens(world, first.pair)).toEqual([]);
  expect(await opens(world, second.pair)).toEqual([]);
});

it("logout refuses tokens of which none is ours", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  for (const input of [
    {},
    { accessToken: "x", refreshToken: "y" },
    { accessToken: pair.refreshToken },
    { refreshToken: pair.accessToken },
  ]) {
    await expect(world.auth.logout(input, home)).rejects.toMatchObject(refusal);
  }
  await expect(authenticate(world, pair)).resolves.toBeDefined();
});

it("lists one's own sessions, oldest first, and never a token", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  world.clock.advance({ minutes: 1 });
  const second = await signIn(world, ada, elsewhere);
  await signUpAndIn(world, bob);
  world.clock.advance({ minutes: 1 });
  await renew(world, first.pair);
  const listed = await world.auth.listSessions({ caller: second.caller }, home);
  const at = (minutes: number): Date => new Date(Date.parse("2026-01-01") + minutes * 60_000);
  expect(listed).toEqual([
    {
      ...{ id: first.caller.sessionId, createdAt: at(0), lastRenewedAt: at(2) },
      ...{ agent: "unknown", ip: home.ip, current: false },
    },
    {
      ...{ id: second.caller.sessionId, createdAt: at(1), lastRenewedAt: at(1) },
      ...{ agent: "unknown", ip: elsewhere.ip, current: true },
    },
  ]);
});

it("closes one session of one's own", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const input = { caller: second.caller, id: first.caller.sessionId };
  world.forget();
  await world.auth.closeSession(input, home);
  expect(traceOf(world.calls)).toEqual(["sessions.close"]);
  expect(await opens(world, first.pair)).toEqual([]);
  await expect(authenticate(world, second.pair)).resolves.toBeDefined();
  await expect(world.auth.closeSession(input, home)).rejects.toMatchObject({ code: "not_found" });
});

it("A-37: another user's session is not found, whatever the request names", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const theirs = await signUpAndIn(world, bob);
  const { sessionId: id } = theirs.caller;
  for (const unknown of [id, somebody, "x", "", `${id} `]) {
    const attempt = world.auth.closeSession({ caller: mine.caller, id: unknown }, home);
    await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  }
  await expect(authenticate(world, theirs.pair)).resolves.toBeDefined();
});

it("what has not the form of a session's id is looked for in no store", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  world.forget();
  for (const id of ["x", "", `${caller.sessionId} `]) {
    await expect(world.auth.closeSession({ caller, id }, home)).rejects.toThrow("not_found");
  }
  expect(traceOf(world.calls)).toEqual([]);
});

it.each(["userId", "sub", "sid"])(
  "A-37: a %s beside the caller selects no account",
  async (field) => {
    const world = makeWorld();
    const mine = await signUpAndIn(world);
    const theirs = await signUpAndIn(world, bob);
    const input = { caller: mine.caller, [field]: theirs.userId };
    const { auth } = world;
    const flows = [
      () => auth.me(input, home),
      () => auth.listSessions(input, home),
      () => auth.closeAllSessions(input, home),
      () => auth.closeSession({ ...input, id: theirs.caller.sessionId }, home),
      () => auth.changePassword({ ...input, currentPassword: "x", newPassword: "y" }, home),
    ];
    for (const flow of flows) {
      await expect(flow()).rejects.toMatchObject({ code: "invalid_input" });
    }
    await expect(authenticate(world, theirs.pair)).resolves.toBeDefined();
  },
);

it("A-25: closing all sessions ends every one, the caller's too, and counts them", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const stranger = await signUpAndIn(world, bob);
  world.forget();
  expect(await world.auth.closeAllSessions({ caller: second.caller }, home)).toEqual({ closed: 2 });
  expect(traceOf(world.calls)).toEqual([
    ...["sessions.find", "users.raiseEpoch", "sessions.closeAll"],
  ]);
  expect(world.events).toMatchObject([{ name: "sessions.closed", count: 2 }]);
  expect(await opens(world, first.pair)).toEqual([]);
  expect(await opens(world, second.pair)).toEqual([]);
  await expect(authenticate(world, stranger.pair)).resolves.toBeDefined();
  await world.auth.runJobs();
  await expect(signIn(world)).resolves.toBeDefined();
});

it("closing all counts every session, however fast its job is taken up elsewhere", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const here = world.process({
    async around({ method }, proceed) {
      const answer = await proceed();
      if (method === "raiseEpoch") await world.auth.runJobs();
      return answer;
    },
  });
  expect(await here.closeAllSessions({ caller: first.caller }, home)).toEqual({ closed: 2 });
  expect(await opens(world, second.pair)).toEqual([]);
});

it("what closing all did not live to end, its job ends some seconds later", async () => {
  const dies: Around = (call, proceed) =>
    call.method === "closeAll" ? Promise.reject(new Error("killed")) : proceed();
  const world = makeWorld();
  const { caller, pair } = await signUpAndIn(world);
  const dying = world.process({ around: dies });
  await expect(dying.closeAllSessions({ caller }, home)).rejects.toMatchObject({
    code: "internal",
  });
  world.clock.advance({ seconds: 3 });
  await world.auth.runJobs();
  expect(await opens(world, pair)).toEqual([]);
});

it("what closing all the others did not live to end, its job ends, and spares the caller's", async () => {
  const dies: Around = (call, proceed) =>
    call.method === "closeAll" ? Promise.reject(new Error("killed")) : proceed();
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const dying = world.process({ around: dies });
  const input = { caller: second.caller, except: "current" } as const;
  await expect(dying.closeAllSessions(input, home)).rejects.toMatchObject({ code: "internal" });
  world.clock.advance({ seconds: 3 });
  await world.auth.runJobs();
  expect(await opens(world, first.pair)).toEqual([]);
  expect(await opens(world, second.pair)).toEqual(["authenticate", "renew"]);
});

it("A-25: closing all the others spares the caller's, which renews as before", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const input = { caller: second.caller, except: "current" } as const;
  expect(await world.auth.closeAllSessions(input, home)).toEqual({ closed: 1 });
  expect(await opens(world, first.pair)).toEqual([]);
  await world.auth.runJobs();
  await expect(authenticate(world, second.pair)).resolves.toEqual(second.caller);
  const next = await renew(world, second.pair);
  await expect(authenticate(world, next)).resolves.toEqual(second.caller);
  // And may do so again: it stands in the new epoch.
  expect(await world.auth.closeAllSessions(input, home)).toEqual({ closed: 0 });
});

it.each(["others", "", true, null])(
  "closing all spares the current session or none: not %j",
  async (except) => {
    const world = makeWorld();
    const { caller } = await signUpAndIn(world);
    const input = { caller, except } as unknown as CloseAllSessionsInput;
    await expect(world.auth.closeAllSessions(input, home)).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "except", rule: "wrong_type" }],
    });
  },
);

it("A-25: a session that has ended closes nothing", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  await world.auth.closeSession({ caller: first.caller, id: second.caller.sessionId }, home);
  const attempt = world.auth.closeAllSessions({ caller: second.caller }, home);
  await expect(attempt).rejects.toMatchObject(refusal);
  await expect(authenticate(world, first.pair)).resolves.toBeDefined();
});

it("closing all leaves an open reset link alone", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  await world.auth.forgotPassword({ email: ada.email }, home);
  await world.auth.runJobs();
  await world.auth.closeAllSessions({ caller }, home);
  const { link } = world.mailbox.last(ada.email, "reset_link").data;
  const token = new URL(link).pathname.split("/")[3] ?? "";
  await expect(world.auth.checkResetLink({ token }, home)).resolves.toBeDefined();
});

it("a caller is what authenticate answered: anything else is refused", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  for (const other of [
    null,
    "ada",
    { userId: caller.userId },
    { ...caller, userId: "1 OR 1=1" },
    { ...caller, role: "admin" },
  ]) {
    const attempt = world.auth.me({ caller: other as Caller }, home);
    await expect(attempt).rejects.toMatchObject({ code: "invalid_input" });
  }
});
