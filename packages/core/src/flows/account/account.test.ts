import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  home,
  register,
  signIn,
  signUp,
  signUpAndIn,
  type SignedIn,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { opens } from "../../../test/verdicts.ts";
import { makeWorld, type World } from "../../../test/world.ts";

const unknown = { userId: "00000000-0000-4000-8000-000000000000" };

const login = (world: World) => world.auth.login({ tag: ada.tag, password: ada.password }, home);

it("me shows the caller's own account with nothing secret in it", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  world.forget();
  const view = await world.auth.me({ caller }, home);
  expect(traceOf(world.calls)).toEqual(["users.findById"]);
  expect(Object.keys(view).toSorted()).toEqual([
    ...["createdAt", "email", "firstName", "id", "lastLoginAt", "lastName"],
    ...["locale", "status", "tag"],
  ]);
});

it("me refuses a caller whose account is gone or disabled", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signUpAndIn(world, bob);
  await world.auth.disable({ userId: first.userId }, home);
  await world.auth.remove({ userId: second.userId }, home);
  for (const { caller } of [first, second]) {
    await expect(world.auth.me({ caller }, home)).rejects.toMatchObject({ code: "invalid_token" });
  }
});

it("a disabled user is out at once: sessions, login and open links", async () => {
  const world = makeWorld();
  const { userId, pair } = await signUpAndIn(world);
  const second = await signIn(world);
  const token = await askForLink(world);
  world.forget();
  await world.auth.disable({ userId }, home);
  expect(traceOf(world.calls)).toEqual(["users.setDisabled", "sessions.closeAll"]);
  expect(world.events).toMatchObject([{ name: "user.disabled", userId }]);
  expect(await opens(world, pair)).toEqual([]);
  expect(await opens(world, second.pair)).toEqual([]);
  await expect(login(world)).rejects.toMatchObject({ code: "invalid_credentials" });
  const link = world.auth.checkResetLink({ token }, home);
  await expect(link).rejects.toMatchObject({ code: "expired_token" });
});

it("enabling lets a user in again; sessions and links of before stay ended", async () => {
  const world = makeWorld();
  const { userId, pair } = await signUpAndIn(world);
  const token = await askForLink(world);
  await world.auth.disable({ userId }, home);
  world.forget();
  await world.auth.enable({ userId }, home);
  expect(world.events).toMatchObject([{ name: "user.enabled", userId }]);
  await world.auth.runJobs();
  expect(await opens(world, pair)).toEqual([]);
  await expect(world.auth.checkResetLink({ token }, home)).rejects.toMatchObject({
    code: "expired_token",
  });
  await expect(login(world)).resolves.toBeDefined();
});

it("a disabling that comes late to the sessions ends none opened since enabled again", async () => {
  let between = async (): Promise<void> => {};
  const world = makeWorld({
    async around({ method }, proceed) {
      const answer = await proceed();
      if (method === "setDisabled") await between();
      return answer;
    },
  });
  const { userId } = await signUpAndIn(world);
  const later: SignedIn[] = [];
  between = async () => {
    between = async () => {};
    await world.auth.enable({ userId }, home);
    later.push(await signIn(world));
  };
  await world.auth.disable({ userId }, home);
  expect(await Promise.all(later.map(({ pair }) => opens(world, pair)))).toEqual([
    ["authenticate", "renew"],
  ]);
});

it("a link asked for while disabled is not mailed after enabling", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  await world.auth.disable({ userId }, home);
  await world.auth.forgotPassword({ email: ada.email }, home);
  world.clock.advance({ seconds: 1 });
  await world.auth.enable({ userId }, home);
  world.mailbox.clear();
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
});

it("disabling or enabling again is fine, leaves no job and ends no session", async () => {
  const world = makeWorld();
  const { userId, pair } = await signUpAndIn(world);
  await world.auth.enable({ userId }, home);
  expect(await world.auth.runJobs()).toBe(0);
  const { accessToken } = pair;
  await expect(world.auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
  await world.auth.disable({ userId }, home);
  expect(await world.auth.runJobs()).toBe(1);
  await world.auth.disable({ userId }, home);
  expect(await world.auth.runJobs()).toBe(0);
});

it("a removed user is gone for good; email and tag are free for a new one", async () => {
  const world = makeWorld();
  const { userId, pair } = await signUpAndIn(world);
  world.forget();
  await world.auth.remove({ userId }, home);
  expect(traceOf(world.calls)).toEqual(["users.remove", "sessions.closeAll"]);
  expect(world.events).toMatchObject([{ name: "user.removed", userId }]);
  expect(await opens(world, pair)).toEqual([]);
  await expect(login(world)).rejects.toMatchObject({ code: "invalid_credentials" });

  const again = await signUpAndIn(world);
  expect(again.userId).not.toBe(userId);
  await world.auth.runJobs();
  const { accessToken } = again.pair;
  await expect(world.auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
});

it("an unknown user, and a claim, are not found", async () => {
  const world = makeWorld();
  const claim = await register(world, ada);
  for (const input of [unknown, { userId: claim.registrationId }]) {
    for (const flow of [world.auth.disable, world.auth.enable, world.auth.remove]) {
      await expect(flow(input, home)).rejects.toMatchObject({ code: "not_found" });
    }
  }
  expect(await world.auth.runJobs()).toBe(0);
});

it.each(["disable", "enable", "remove"] as const)(
  "%s takes an id of ours and nothing else",
  async (flow) => {
    const world = makeWorld();
    for (const input of [{}, { userId: "ada" }, { userId: ["x"] }, { ...unknown, reason: "x" }]) {
      await expect(world.auth[flow](input as never, home)).rejects.toMatchObject({
        code: "invalid_input",
      });
    }
  },
);
