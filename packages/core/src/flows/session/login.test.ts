import { expect, it } from "vitest";
import {
  ada,
  bob,
  elsewhere,
  home,
  register,
  signIn,
  signUp,
  signUpAndIn,
  wrongPassword,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld, type World } from "../../../test/world.ts";
import type { LoginInput } from "./login.ts";

const refusal = { code: "invalid_credentials", status: 401 };

async function refusalOf(world: World, input: LoginInput): Promise<string> {
  const error: unknown = await world.auth.login(input, home).catch((caught: unknown) => caught);
  return `${String(error)} ${JSON.stringify(error)}`;
}

it("answers a pair of tokens, and how long each lives", async () => {
  const world = makeWorld();
  await signUp(world);
  const pair = await world.auth.login({ tag: ada.tag, password: ada.password }, home);
  expect(pair).toEqual({
    ...{ accessToken: expect.any(String) as string, refreshToken: expect.any(String) as string },
    ...{ tokenType: "Bearer", expiresIn: 600, refreshExpiresIn: 604_800 },
  });
});

it.each(["ada", "ADA", "ada@example.org", "Ada@Example.ORG"])("lets in by %s", async (tag) => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  const signedIn = await signIn(world, { tag, password: ada.password });
  expect(signedIn.userId).toBe(userId);
});

it("makes its calls in the order of its steps", async () => {
  const world = makeWorld();
  await signUp(world);
  world.forget();
  await world.auth.login({ tag: ada.tag, password: ada.password }, home);
  expect(traceOf(world.calls)).toEqual([
    ...["limits.take", "limits.take", "users.findForLogin", "hasher.verify"],
    ...["sessions.open", "users.commitLogin", "limits.forgive"],
  ]);
  expect(world.eventNames()).toEqual(["login.succeeded"]);
});

it("A-02: an unproven claim is told apart only after the right password, and only by its tag", async () => {
  const world = makeWorld();
  await register(world, ada);
  const right = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(right).rejects.toMatchObject({ code: "unconfirmed", status: 403 });
  const byEmail = world.auth.login({ tag: ada.email, password: ada.password }, home);
  await expect(byEmail).rejects.toMatchObject(refusal);
  const wrong = await refusalOf(world, { tag: ada.tag, password: wrongPassword });
  expect(wrong).toBe(await refusalOf(world, { tag: "nobody", password: wrongPassword }));
});

it("A-02: a claim to a tag that a user owns is never asked", async () => {
  const world = makeWorld();
  const pending = await register(world, ada);
  await signUp(world, { ...bob, tag: ada.tag });
  const attempt = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(attempt).rejects.toMatchObject(refusal);
  expect(pending.tag).toBe(ada.tag);
});

it("whoever may not come in gets one answer, to the last word", async () => {
  const world = makeWorld();
  await signUp(world);
  const disabled = await signUp(world, bob);
  await world.auth.disable({ userId: disabled.userId }, home);
  await register(world, { ...ada, email: "claim@example.org", tag: "claimed" });
  const answers = [
    await refusalOf(world, { tag: ada.tag, password: wrongPassword }),
    await refusalOf(world, { tag: ada.email, password: wrongPassword }),
    await refusalOf(world, { tag: "nobody", password: ada.password }),
    await refusalOf(world, { tag: "nobody@example.org", password: ada.password }),
    await refusalOf(world, { tag: bob.tag, password: bob.password }),
    await refusalOf(world, { tag: bob.tag, password: wrongPassword }),
    await refusalOf(world, { tag: "claimed", password: wrongPassword }),
    await refusalOf(world, { tag: "claim@example.org", password: ada.password }),
  ];
  expect(new Set(answers).size).toBe(1);
});

it("says what it was in an event, for the operator alone", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  world.forget();
  await refusalOf(world, { tag: ada.tag, password: wrongPassword });
  await refusalOf(world, { tag: "nobody", password: wrongPassword });
  await world.auth.disable({ userId }, home);
  await refusalOf(world, { tag: ada.tag, password: ada.password });
  const failed = world.events.filter(({ name }) => name === "login.failed");
  expect(failed).toMatchObject([
    { reason: "wrong_password", userId, ip: home.ip },
    { reason: "unknown", userId: null, ip: home.ip },
    { reason: "disabled", userId, ip: home.ip },
  ]);
});

it("A-24: two logins are two sessions, and nothing the client sends names one", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  expect(second.caller.sessionId).not.toBe(first.caller.sessionId);
  expect(second.pair.refreshToken).not.toBe(first.pair.refreshToken);
  const listed = await world.auth.listSessions({ caller: first.caller }, home);
  expect(listed).toHaveLength(2);
  for (const field of ["sid", "sessionId", "jti", "userId"]) {
    const input = { tag: ada.tag, password: ada.password, [field]: first.caller.sessionId };
    await expect(world.auth.login(input, home)).rejects.toMatchObject({ code: "invalid_input" });
  }
});

it("keeps of the client an address and a short label", async () => {
  const world = makeWorld();
  await signUp(world);
  const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const input = { tag: ada.tag, password: ada.password };
  const { accessToken } = await world.auth.login(input, { ip: "::ffff:192.0.2.9", agent });
  const caller = await world.auth.authenticate({ accessToken }, home);
  expect(await world.auth.listSessions({ caller }, home)).toMatchObject([
    { ip: "192.0.2.9", agent: "Firefox/Linux", current: true },
  ]);
});

it("past twenty sessions the oldest ends", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  for (let session = 0; session < 19; session += 1) {
    world.clock.advance({ seconds: 1 });
    await signIn(world);
  }
  const { accessToken } = first.pair;
  await expect(world.auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
  world.clock.advance({ seconds: 1 });
  const last = await signIn(world);
  await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject({
    code: "invalid_token",
  });
  expect(await world.auth.listSessions({ caller: last.caller }, home)).toHaveLength(20);
});

it("a session whose login could not be recorded is closed again, and nobody gets its tokens", async () => {
  const world: World = makeWorld({
    async around(call, proceed) {
      // The user is disabled between the password and the record.
      if (call.method === "commitLogin") {
        const [userId] = call.args as [string];
        await world.ports.accounts.users.setDisabled(userId, true, [], world.clock.now());
      }
      return proceed();
    },
  });
  const { userId } = await signUp(world);
  const attempt = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(attempt).rejects.toMatchObject(refusal);
  expect(await world.ports.sessions.list(userId, world.clock.now())).toEqual([]);
  expect(world.events.at(-1)).toMatchObject({ name: "login.failed", reason: "stale", userId });
});

it("a password is as received: spaces count, and NFC makes one of two spellings", async () => {
  const world = makeWorld();
  const password = " café au lait, twice ";
  await signUp(world, { ...ada, password: password.normalize("NFD") });
  const attempt = (typed: string) => world.auth.login({ tag: ada.tag, password: typed }, elsewhere);
  await expect(attempt(password.normalize("NFC"))).resolves.toBeDefined();
  await expect(attempt(password.trim())).rejects.toMatchObject(refusal);
  await expect(attempt(password.toUpperCase())).rejects.toMatchObject(refusal);
  await expect(attempt(password.normalize("NFKC").replace("é", "e"))).rejects.toMatchObject(
    refusal,
  );
});

it.each([
  { tag: ada.tag },
  { password: ada.password },
  { tag: "", password: ada.password },
  { tag: ada.tag, password: "" },
  { tag: ["ada"], password: ada.password },
  { tag: { $ne: "" }, password: ada.password },
  { tag: "a b c", password: ada.password },
  { tag: "ada@", password: ada.password },
  { tag: ada.tag, password: "a\u0000b" },
  { tag: ada.tag, password: "a\ud800b" },
])("refuses %j before anything is counted", async (input) => {
  const world = makeWorld();
  await expect(world.auth.login(input as LoginInput, home)).rejects.toMatchObject({
    code: "invalid_input",
  });
  expect(world.calls).toEqual([]);
});

it.each([null, [], "ada", 1])("%j is no request", async (input) => {
  const world = makeWorld();
  await expect(world.auth.login(input as never, home)).rejects.toMatchObject({
    code: "malformed_request",
  });
});
