import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  home,
  newPassword,
  register,
  signUp,
  signUpAndIn,
  tokenIn,
} from "../../test/people.ts";
import { makeWorld, publicUrl, type World } from "../../test/world.ts";
import type { PutCodeRequest } from "../ports/code-store.ts";

const sent = (world: World, kind: string): World["mailbox"]["messages"] =>
  world.mailbox.messages.filter((message) => message.kind === kind);

const forgot = (world: World, email: string = ada.email): Promise<unknown> =>
  world.auth.forgotPassword({ email }, home);

const standing = (world: World): Promise<object> =>
  world.ports.accounts.outbox.count(world.clock.now());

it("a registration mails its code and tag, to the address as stored", async () => {
  const world = makeWorld();
  await world.auth.register({ ...ada, email: "Ada@Example.ORG" }, { ...home, locale: "ru" });
  await world.auth.runJobs();
  const mail = world.mailbox.last(ada.email, "confirmation_code");
  expect(mail).toMatchObject({ to: ada.email, locale: "ru", data: { tag: ada.tag } });
  expect(mail.data.code).toMatch(/^[0-9]{6}$/);
  expect(mail.data.expiresAt).toEqual(new Date("2026-01-01T00:10:00Z"));
  expect(world.eventNames()).toContain("confirmation.sent");
});

it("a code mailed again is in the language of the registration", async () => {
  const world = makeWorld();
  const { registrationId } = await world.auth.register(ada, { ...home, locale: "ru" });
  await world.auth.resendCode({ email: ada.email, registrationId }, { ...home, locale: "en" });
  await world.auth.runJobs();
  expect(world.mailbox.messages.map(({ locale }) => locale)).toEqual(["ru", "ru"]);
});

it("a code never outlives its claim", async () => {
  const world = makeWorld({ registration: { claimTtlSeconds: 3600 } });
  const { registrationId } = await register(world, ada);
  world.clock.advance({ minutes: 55 });
  await world.auth.resendCode({ email: ada.email, registrationId }, home);
  await world.auth.runJobs();
  const { expiresAt } = world.mailbox.last(ada.email, "confirmation_code").data;
  expect(expiresAt).toEqual(new Date("2026-01-01T01:00:00Z"));
});

it("a claim that is gone when its mail is due gets none", async () => {
  const world = makeWorld({ registration: { claimTtlSeconds: 3600 } });
  await world.auth.register(ada, home);
  world.clock.advance({ hours: 1 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
  expect(await standing(world)).toMatchObject({ due: 0, later: 0, claimed: 0, buried: 0 });
});

it("an owned address gets the notice that it has an account, in its owner's language", async () => {
  const world = makeWorld();
  await world.auth.register(ada, { ...home, locale: "ru" });
  await world.auth.runJobs();
  const { code } = world.mailbox.last(ada.email, "confirmation_code").data;
  await world.auth.confirm({ email: ada.email, confirmationCode: code }, home);
  world.mailbox.clear();
  await world.auth.register({ ...bob, email: ada.email }, { ...home, locale: "en" });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(1);
  const notice = world.mailbox.last(ada.email, "account_exists");
  expect(notice.locale).toBe("ru");
  // Nothing of what the stranger typed stands in it.
  expect(`${notice.subject}${notice.text}${notice.html}`).not.toMatch(/bob|Kahn|[0-9]{6}/i);
});

it("forgot mails a user one link, to the configured place, in the language stored", async () => {
  const world = makeWorld({ links: { resetPassword: "/reset?user={uid}&token={token}" } });
  const { userId } = await signUp(world);
  await world.auth.forgotPassword({ email: "ADA@example.org" }, { ...home, locale: "ru" });
  await world.auth.runJobs();
  const mail = world.mailbox.last(ada.email, "reset_link");
  expect(mail).toMatchObject({ to: ada.email, locale: "en" });
  const link = new URL(mail.data.link);
  expect(link.origin).toBe(publicUrl);
  expect(link.searchParams.get("user")).toBe(userId);
  expect(mail.data.expiresAt).toEqual(new Date("2026-01-01T00:30:00Z"));
  expect(world.eventNames()).toContain("reset.offered");
});

it("forgot mails nothing for an unknown address, unless told to say so", async () => {
  const silent = makeWorld();
  await forgot(silent);
  await silent.auth.runJobs();
  expect(silent.mailbox.messages).toEqual([]);

  const open = makeWorld({ mailUnknownAddresses: true });
  await open.auth.forgotPassword({ email: ada.email }, { ...home, locale: "ru" });
  await open.auth.runJobs();
  expect(open.mailbox.last(ada.email)).toMatchObject({ kind: "no_account", locale: "ru" });
});

it("forgot mails nothing for a disabled user, nor for a claim", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  await world.auth.disable({ userId }, home);
  await register(world, bob);
  world.mailbox.clear();
  await forgot(world);
  await forgot(world, bob.email);
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
  expect(world.calls.map(({ method }) => method)).not.toContain("offerReset");
});

it("a reset and a change each mail a notice without anything secret", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  const token = await askForLink(world);
  await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
  await world.auth.runJobs();
  expect(sent(world, "password_changed")).toHaveLength(1);
  const pair = await world.auth.login({ tag: ada.tag, password: newPassword }, home);
  const again = await world.auth.authenticate({ accessToken: pair.accessToken }, home);
  expect(again.userId).toBe(caller.userId);
  const change = { currentPassword: newPassword, newPassword: ada.password };
  await world.auth.changePassword({ caller: again, ...change }, home);
  await world.auth.runJobs();
  const notices = sent(world, "password_changed");
  expect(notices).toHaveLength(2);
  for (const { subject, text, html } of notices) {
    expect(`${subject}${text}${html}`).not.toContain(newPassword);
    expect(`${subject}${text}${html}`).not.toContain(token);
  }
});

it("a resent code is another one, and of several the newest is the only one that works", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  world.clock.advance({ seconds: 60 });
  await world.auth.resendCode({ email: ada.email, registrationId }, home);
  await world.auth.runJobs();
  const newer = world.mailbox.last(ada.email, "confirmation_code").data.code;
  expect(newer).not.toBe(code);
  const attempt = (confirmationCode: string) =>
    world.auth.confirm({ email: ada.email, registrationId, confirmationCode }, home);
  await expect(attempt(code)).rejects.toMatchObject({ code: "invalid_code" });
  await expect(attempt(newer)).resolves.toMatchObject({ tag: ada.tag });
});

it("a code that a newer one has overtaken is not mailed", async () => {
  const world: World = makeWorld({
    async around(call, proceed) {
      if (call.method !== "put") return proceed();
      // Another worker puts a later job's code between this job's claim and its own put.
      const request = call.args[0] as PutCodeRequest;
      const newer = { ...request, sequence: request.sequence + 1, digest: "newer" };
      await world.ports.codes.put(newer, world.clock.now());
      return proceed();
    },
  });
  await world.auth.register(ada, home);
  expect(await world.auth.runJobs()).toBe(1);
  expect(world.mailbox.messages).toEqual([]);
  expect(await standing(world)).toMatchObject({ due: 0, later: 0, buried: 0 });
});

it("a superseded link is not mailed", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  world.mailbox.clear();
  await forgot(world);
  world.clock.advance({ seconds: 1 });
  // The password changes after the link was asked for and before it is made.
  const { epoch } = (await world.ports.accounts.users.findById(userId)) ?? { epoch: 0 };
  const change = { userId, epoch, passwordHash: "another", jobs: [] };
  await world.ports.accounts.users.changePassword(change, world.clock.now());
  world.clock.advance({ seconds: 1 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
});

it("a second link voids the first and says so", async () => {
  const world = makeWorld();
  await signUp(world);
  const first = await askForLink(world);
  world.clock.advance({ seconds: 61 });
  world.forget();
  const second = await askForLink(world);
  expect(world.eventNames()).toEqual(
    expect.arrayContaining(["reset.requested", "reset.superseded", "reset.offered"]),
  );
  await expect(world.auth.checkResetLink({ token: first }, home)).rejects.toMatchObject({
    code: "expired_token",
  });
  await expect(world.auth.checkResetLink({ token: second }, home)).resolves.toBeDefined();
});

it("mails carry the link once asked for with its user's id and a token of its own", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  await askForLink(world);
  const { link } = world.mailbox.last(ada.email, "reset_link").data;
  expect(link).toBe(`${publicUrl}/password-reset/${userId}/${tokenIn(link)}/`);
});
