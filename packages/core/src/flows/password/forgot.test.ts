import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  elsewhere,
  home,
  newPassword,
  register,
  signIn,
  signUp,
  signUpAndIn,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { linkKinds, makeWorld, type World } from "../../../test/world.ts";
import type { ForgotPasswordInput } from "./forgot.ts";

const forgot = (world: World, email: string) => world.auth.forgotPassword({ email }, home);

it("leaves a job with the address and the language, and answers nothing but that", async () => {
  const world = makeWorld();
  world.forget();
  const input = { email: "Ada@Example.ORG" };
  expect(await world.auth.forgotPassword(input, { ...home, locale: "ru" })).toEqual({
    requestId: null,
  });
  expect(traceOf(world.calls)).toEqual(["limits.take", "limits.take", "outbox.enqueue"]);
  expect(world.calls.at(-1)?.args[0]).toMatchObject([
    { kind: "send-reset-link", payload: { email: ada.email, locale: "ru" } },
  ]);
  expect(world.events).toMatchObject([{ name: "reset.requested", ip: home.ip }]);
});

it.each(linkKinds)(
  "A-22: a second link voids the first, whichever comes to be used (%s)",
  async (links) => {
    const world = makeWorld({ tokens: { reset: links } });
    await signUp(world);
    const first = await askForLink(world);
    world.clock.advance({ minutes: 1 });
    const second = await askForLink(world);
    const reset = (token: string) =>
      world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
    await expect(reset(first)).rejects.toMatchObject({ code: "expired_token" });
    await expect(reset(second)).resolves.toBeUndefined();
    await expect(reset(second)).rejects.toMatchObject({ code: "expired_token" });
  },
);

it.each(linkKinds)(
  "A-22: a reset voids the link that was asked for before it and not yet mailed (%s)",
  async (links) => {
    const world = makeWorld({ tokens: { reset: links } });
    await signUp(world);
    const token = await askForLink(world);
    world.clock.advance({ minutes: 1 });
    await forgot(world, ada.email);
    await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
    world.mailbox.clear();
    world.clock.advance({ seconds: 1 });
    await world.auth.runJobs();
    expect(world.mailbox.messages.map(({ kind }) => kind)).toEqual(["password_changed"]);
  },
);

it("A-34: twenty requests change nothing, mail three links an hour and are answered alike", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  world.mailbox.clear();
  const answers = new Set<unknown>();
  for (let time = 0; time < 20; time += 1) {
    answers.add(String((await forgot(world, ada.email)).requestId));
    world.clock.advance({ seconds: 61 });
    await world.auth.runJobs();
  }
  expect([...answers]).toEqual(["null"]);
  expect(world.mailbox.messages).toHaveLength(3);
  await expect(signIn(world)).resolves.toBeDefined();
  const { refreshToken } = pair;
  await expect(world.auth.renew({ refreshToken }, home)).resolves.toBeDefined();
});

it("A-34: two requests within a minute mail one link", async () => {
  const world = makeWorld();
  await signUp(world);
  world.mailbox.clear();
  await forgot(world, ada.email);
  world.clock.advance({ seconds: 59 });
  await world.auth.forgotPassword({ email: ada.email }, elsewhere);
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(1);
});

it("A-35: a claim, a disabled user and nobody get no mail, and the answer a user's gets", async () => {
  const world = makeWorld();
  await signUp(world);
  const disabled = await signUp(world, bob);
  await world.auth.disable({ userId: disabled.userId }, home);
  await register(world, { ...ada, email: "claim@example.org", tag: "claimed" });
  world.mailbox.clear();
  const seen = new Set<string>();
  for (const email of [ada.email, bob.email, "claim@example.org", "nobody@example.org"]) {
    world.forget();
    const answer: unknown = await forgot(world, email);
    seen.add(JSON.stringify([answer, traceOf(world.calls), world.eventNames()]));
  }
  expect(seen.size).toBe(1);
  await world.auth.runJobs();
  expect(world.mailbox.messages.map(({ to, kind }) => [to, kind])).toEqual([
    [ada.email, "reset_link"],
  ]);
});

it.each([
  ...[["ada@example.org"], { 0: "ada@example.org" }, null, 1, true, ""],
  ...["ada@example.org,eve@evil.example", "ada@example.org\r\nBcc: eve@evil.example"],
  ...['"ada"@example.org', "ada@example.org (x)", "x: ada@example.org;", "<ada@example.org>"],
  ...[" ada@example.org", "ada@example.org ", "ada%0a@example.org@evil.example"],
])("takes no %j for an address, and mails nobody", async (email) => {
  const world = makeWorld();
  await signUp(world);
  world.mailbox.clear();
  const attempt = world.auth.forgotPassword({ email } as ForgotPasswordInput, home);
  await expect(attempt).rejects.toMatchObject({ code: "invalid_input" });
  expect(await world.auth.runJobs()).toBe(0);
  expect(world.mailbox.messages).toEqual([]);
});
