import { expect, it } from "vitest";
import {
  ada,
  bob,
  elsewhere,
  home,
  newPassword,
  register,
  signUp,
  tokenIn,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld, type World } from "../../../test/world.ts";
import type { ConfirmInput } from "./confirm.ts";

const refusal = { code: "invalid_code", status: 400 };

/** A code that is not this one. */
function another(code: string, step = 1): string {
  return String((Number(code) + step) % 1_000_000).padStart(6, "0");
}

async function guess(world: World, input: ConfirmInput, times: number): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    const confirmationCode = another(input.confirmationCode, time);
    await expect(
      world.auth.confirm({ ...input, confirmationCode }, elsewhere),
    ).rejects.toMatchObject(refusal);
  }
}

it("makes the claim a user with the claim's own id, names, tag and password", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  world.forget();
  const input = { email: "ADA@Example.org", registrationId, confirmationCode: code };
  expect(await world.auth.confirm(input, home)).toEqual({ userId: registrationId, tag: ada.tag });
  expect(traceOf(world.calls)).toEqual([
    ...["limits.take", "limits.take"],
    ...["codes.attempt", "users.confirmRegistration"],
  ]);
  const { password: _, ...names } = ada;
  expect(await world.ports.accounts.users.findById(registrationId)).toMatchObject({
    ...names,
    ...{ epoch: 1, disabled: false, confirmedAt: world.clock.now() },
  });
  expect(world.eventNames()).toEqual(["user.confirmed"]);
});

it("works without the registration's id, as the documents have it", async () => {
  const world = makeWorld();
  const { code } = await register(world, ada);
  await world.auth.confirm({ email: ada.email, confirmationCode: code }, home);
  await expect(
    world.auth.login({ tag: ada.email, password: ada.password }, home),
  ).resolves.toMatchObject({ tokenType: "Bearer" });
});

it("drops the password where several claims stood and the code does not say which", async () => {
  const world = makeWorld();
  await register(world, { ...bob, email: ada.email }, elsewhere);
  const { code } = await register(world, ada);
  const { userId } = await world.auth.confirm({ email: ada.email, confirmationCode: code }, home);
  expect(await world.ports.accounts.users.findById(userId)).toMatchObject({ passwordHash: null });
  for (const { password } of [ada, bob]) {
    const attempt = world.auth.login({ tag: ada.email, password }, home);
    await expect(attempt).rejects.toMatchObject({ code: "invalid_credentials" });
  }
  await world.auth.forgotPassword({ email: ada.email }, home);
  await world.auth.runJobs();
  const token = tokenIn(world.mailbox.last(ada.email, "reset_link").data.link);
  await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
  await expect(
    world.auth.login({ tag: ada.email, password: newPassword }, home),
  ).resolves.toBeDefined();
});

it("keeps the password where several claims stood and the registration's id says which", async () => {
  const world = makeWorld();
  await register(world, { ...bob, email: ada.email }, elsewhere);
  const { code, registrationId } = await register(world, ada);
  await world.auth.confirm({ email: ada.email, registrationId, confirmationCode: code }, home);
  await expect(
    world.auth.login({ tag: ada.tag, password: ada.password }, home),
  ).resolves.toBeDefined();
  await expect(
    world.auth.login({ tag: ada.email, password: bob.password }, home),
  ).rejects.toMatchObject({ code: "invalid_credentials" });
});

it("answers tag_taken where somebody was faster, and the code works with another tag", async () => {
  const world = makeWorld();
  const { code, registrationId } = await register(world, ada);
  await signUp(world, { ...bob, tag: ada.tag });
  const input = { email: ada.email, registrationId, confirmationCode: code };
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject({ code: "tag_taken" });
  expect(await world.auth.confirm({ ...input, tag: "Ada2" }, home)).toMatchObject({ tag: "ada2" });
});

it("A-10: a claim and its code end with their time, and email and tag are free", async () => {
  const world = makeWorld({ registration: { claimTtlSeconds: 3600, codeTtlSeconds: 600 } });
  const first = await register(world, ada);
  world.clock.advance({ hours: 1 });
  const { users } = world.ports.accounts;
  expect(await users.findRegistration(first.registrationId, world.clock.now())).toBeNull();
  const login = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(login).rejects.toMatchObject({ code: "invalid_credentials" });
  await world.auth.resendCode({ email: ada.email, registrationId: first.registrationId }, home);
  world.mailbox.clear();
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);

  const { tag } = await signUp(world, ada);
  expect(tag).toBe(ada.tag);
});

it("A-10: a code lives ten minutes and not a second longer", async () => {
  const world = makeWorld();
  const early = await register(world, ada);
  const late = await register(world, bob);
  world.clock.advance({ minutes: 9, seconds: 59 });
  const confirm = ({ registrationId, code }: typeof early, { email }: typeof ada) =>
    world.auth.confirm({ email, registrationId, confirmationCode: code }, home);
  await expect(confirm(early, ada)).resolves.toBeDefined();
  world.clock.advance({ seconds: 1 });
  await expect(confirm(late, bob)).rejects.toMatchObject(refusal);
});

it("A-11: after five wrong codes the right one fails, and a resent one too; a new claim works", async () => {
  const world = makeWorld();
  const { code, registrationId } = await register(world, ada);
  const input = { email: ada.email, registrationId, confirmationCode: code };
  await guess(world, input, 5);
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject(refusal);

  world.clock.advance({ minutes: 1 });
  await world.auth.resendCode({ email: ada.email, registrationId }, home);
  await world.auth.runJobs();
  const resent = world.mailbox.last(ada.email, "confirmation_code").data.code;
  const second = { ...input, confirmationCode: resent };
  await expect(world.auth.confirm(second, home)).rejects.toMatchObject(refusal);
  const withoutId = { email: ada.email, confirmationCode: resent };
  await expect(world.auth.confirm(withoutId, home)).rejects.toMatchObject(refusal);

  await expect(signUp(world)).resolves.toMatchObject({ tag: ada.tag });
});

it("A-11: four wrong codes leave the right one working", async () => {
  const world = makeWorld();
  const { code, registrationId } = await register(world, ada);
  const input = { email: ada.email, registrationId, confirmationCode: code };
  await guess(world, input, 4);
  await expect(world.auth.confirm(input, home)).resolves.toBeDefined();
});

it("A-11: without a registration's id fifteen tries a day are all, for addresses unknown too", async () => {
  const confirmByEmail = { limit: 30, windowSeconds: 86_400 };
  const world = makeWorld({ limits: { confirmByEmail } });
  const { code, registrationId } = await register(world, ada);
  for (const email of [ada.email, "nobody@example.org"]) {
    world.forget();
    await guess(world, { email, confirmationCode: code }, 16);
    const reasons = world.events.map((event) => "reason" in event && event.reason);
    expect(reasons.filter((reason) => reason === "exhausted")).toHaveLength(1);
  }
  // A stranger's tries do not count on the owner's own registration.
  const input = { email: ada.email, confirmationCode: code };
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject(refusal);
  await expect(world.auth.confirm({ ...input, registrationId }, home)).resolves.toBeDefined();
});

it("A-12: a code works once, and not for a confirmed account", async () => {
  const world = makeWorld();
  const { code, registrationId } = await register(world, ada);
  const input = { email: ada.email, registrationId, confirmationCode: code };
  await world.auth.confirm(input, home);
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject(refusal);
  const withoutId = { email: ada.email, confirmationCode: code };
  await expect(world.auth.confirm(withoutId, home)).rejects.toMatchObject(refusal);
});

it("A-12: of two claims to one email the second proof comes too late", async () => {
  const world = makeWorld();
  const first = await register(world, ada);
  const second = await register(world, { ...bob, email: ada.email });
  const { email } = ada;
  const confirm = ({ registrationId, code }: typeof first) =>
    world.auth.confirm({ email, registrationId, confirmationCode: code }, home);
  await confirm(first);
  await expect(confirm(second)).rejects.toMatchObject(refusal);
  expect(world.events.at(-1)).toMatchObject({ reason: "email_taken" });
});

it.each([
  ...["", "12345", "1234567", " 123456", "123456 ", "12345a", "123456\n"],
  ...["１２３４５６", "١٢٣٤٥٦", null, undefined, 123456, ["123456"], { length: 6 }, true],
])("A-13: %j is no code, and nothing is looked up or counted", async (confirmationCode) => {
  const world = makeWorld();
  const { registrationId } = await register(world, ada);
  world.forget();
  const input = { email: ada.email, registrationId, confirmationCode } as ConfirmInput;
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject({ code: "invalid_input" });
  expect(world.calls).toEqual([]);
});

it("A-14: a code confirms exactly the registration it was mailed for", async () => {
  const world = makeWorld();
  const mine = await register(world, ada);
  const other = await register(world, bob);
  const { registrationId } = mine;
  for (const input of [
    { email: bob.email, registrationId: other.registrationId, confirmationCode: mine.code },
    { email: ada.email, registrationId: other.registrationId, confirmationCode: mine.code },
    { email: bob.email, registrationId, confirmationCode: mine.code },
    { email: bob.email, confirmationCode: mine.code },
  ]) {
    await expect(world.auth.confirm(input, home)).rejects.toMatchObject(refusal);
  }
  const right = { email: ada.email, registrationId, confirmationCode: mine.code };
  await expect(world.auth.confirm(right, home)).resolves.toBeDefined();
});

it("A-36: confirm refuses fields that are not its own", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  const input = { email: ada.email, registrationId, confirmationCode: code, status: "ADMIN" };
  await expect(world.auth.confirm(input, home)).rejects.toMatchObject({
    fields: [{ path: "status", rule: "unknown_field" }],
  });
});

it("whatever fails is one answer, to the last word", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  const unknown = "00000000-0000-4000-8000-000000000000";
  const answers = new Set<string>();
  for (const input of [
    { email: ada.email, registrationId, confirmationCode: another(code) },
    { email: ada.email, registrationId: unknown, confirmationCode: code },
    { email: bob.email, registrationId, confirmationCode: code },
    { email: bob.email, confirmationCode: code },
  ]) {
    const error: unknown = await world.auth.confirm(input, home).catch((caught: unknown) => caught);
    answers.add(`${String(error)} ${JSON.stringify(error)}`);
  }
  expect(answers.size).toBe(1);
});
