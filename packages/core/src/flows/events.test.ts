import { expect, it } from "vitest";
import {
  ada,
  elsewhere,
  home,
  register,
  signIn,
  signUp,
  signUpAndIn,
  wrongCode,
  wrongPassword,
} from "../../test/people.ts";
import { makeWorld } from "../../test/world.ts";

// What an operator reads: each event names whom it is about, and where the request came from.

it("a registration is told with its id, and its confirmation with the user who came of it", async () => {
  const world = makeWorld();
  const { registrationId } = await world.auth.register(ada, elsewhere);
  expect(world.events).toMatchObject([
    { name: "user.registered", registrationId, ip: elsewhere.ip },
  ]);
  await world.auth.runJobs();
  const { code: confirmationCode } = world.mailbox.last(ada.email, "confirmation_code").data;
  world.forget();
  const { userId } = await world.auth.confirm({ email: ada.email, confirmationCode }, home);
  expect(world.events).toMatchObject([{ name: "user.confirmed", userId }]);
});

it("a code that confirms nothing is told with the reason", async () => {
  const world = makeWorld();
  const { code, registrationId } = await register(world, ada);
  const email = ada.email;
  world.forget();
  for (const own of [
    { registrationId },
    { registrationId: "00000000-0000-4000-8000-000000000000" },
  ]) {
    const attempt = { email, confirmationCode: wrongCode(code), ...own };
    await expect(world.auth.confirm(attempt, elsewhere)).rejects.toThrow("invalid_code");
  }
  expect(world.events).toMatchObject([
    { name: "confirmation.failed", reason: "wrong", ip: elsewhere.ip },
    { name: "confirmation.failed", reason: "absent", ip: elsewhere.ip },
  ]);
});

it("a login is told with its user and session", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  world.forget();
  const { sessionId } = (await signIn(world, ada, elsewhere)).caller;
  expect(world.events).toMatchObject([
    { name: "login.succeeded", userId, sessionId, ip: elsewhere.ip },
  ]);
});

it("a login to a claim is told as unconfirmed only where its password was right", async () => {
  const world = makeWorld();
  await register(world, ada);
  world.forget();
  for (const [password, refusal] of [
    [wrongPassword, "invalid_credentials"],
    [ada.password, "unconfirmed"],
  ] as const) {
    await expect(world.auth.login({ tag: ada.tag, password }, elsewhere)).rejects.toThrow(refusal);
  }
  expect(world.events).toMatchObject([
    { name: "login.failed", reason: "wrong_password", userId: null, ip: elsewhere.ip },
    { name: "login.failed", reason: "unconfirmed", userId: null, ip: elsewhere.ip },
  ]);
});

it("a session that its owner closes is told by its id, and one of nobody's is not told", async () => {
  const world = makeWorld();
  const { userId, caller } = await signUpAndIn(world);
  const { sessionId } = (await signIn(world)).caller;
  world.forget();
  await world.auth.closeSession({ caller, id: sessionId }, elsewhere);
  await expect(world.auth.closeSession({ caller, id: sessionId }, elsewhere)).rejects.toThrow(
    "not_found",
  );
  expect(world.events).toMatchObject([
    { name: "session.closed", userId, sessionId, ip: elsewhere.ip },
  ]);
});
