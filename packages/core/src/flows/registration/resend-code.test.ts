import { expect, it } from "vitest";
import { ada, bob, home, register, signUp } from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld } from "../../../test/world.ts";

const unknown = "00000000-0000-4000-8000-000000000000";

it("leaves a job and answers nothing", async () => {
  const world = makeWorld();
  const { registrationId } = await register(world, ada);
  world.forget();
  const answer: unknown = await world.auth.resendCode({ email: ada.email, registrationId }, home);
  expect(answer).toBeUndefined();
  expect(traceOf(world.calls)).toEqual([...["limits.take", "limits.take"], "outbox.enqueue"]);
});

it("A-14: a resent code voids the earlier one", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  await world.auth.resendCode({ email: ada.email, registrationId }, home);
  await world.auth.runJobs();
  const newer = world.mailbox.last(ada.email, "confirmation_code").data.code;
  const confirm = (confirmationCode: string) =>
    world.auth.confirm({ email: ada.email, registrationId, confirmationCode }, home);
  await expect(confirm(code)).rejects.toMatchObject({ code: "invalid_code" });
  await expect(confirm(newer)).resolves.toMatchObject({ userId: registrationId });
});

it("A-14: a second code within a minute is refused, with the rest of the minute", async () => {
  const world = makeWorld();
  const { registrationId } = await register(world, ada);
  const resend = () => world.auth.resendCode({ email: ada.email, registrationId }, home);
  await resend();
  world.clock.advance({ seconds: 13 });
  await expect(resend()).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 47 });
  world.clock.advance({ seconds: 47 });
  await expect(resend()).resolves.toBeUndefined();
});

it("A-14: five codes an hour to one email are all, the first of them by register", async () => {
  const world = makeWorld();
  const { registrationId } = await register(world, ada);
  const resend = () => world.auth.resendCode({ email: ada.email, registrationId }, home);
  for (let time = 0; time < 4; time += 1) {
    world.clock.advance({ minutes: 1 });
    await resend();
  }
  world.clock.advance({ minutes: 1 });
  await expect(resend()).rejects.toMatchObject({
    code: "rate_limited",
    retryAfterSeconds: 56 * 60,
  });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(5);
});

it("mails nothing to an email that is not the registration's own", async () => {
  const world = makeWorld();
  const { registrationId } = await register(world, ada);
  world.mailbox.clear();
  await world.auth.resendCode({ email: bob.email, registrationId }, home);
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
});

it("answers alike for a claim, a stranger's email, a user and nobody", async () => {
  const world = makeWorld();
  const claim = await register(world, ada);
  const user = await signUp(world, bob);
  const answers: unknown[] = [];
  for (const input of [
    { email: ada.email, registrationId: claim.registrationId },
    { email: "stranger@example.org", registrationId: claim.registrationId.replace(/.$/, "0") },
    { email: bob.email, registrationId: user.userId },
    { email: "nobody@example.org", registrationId: unknown },
  ]) {
    world.forget();
    answers.push([await world.auth.resendCode(input, home), traceOf(world.calls)]);
  }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

it("needs both the email and the registration's id", async () => {
  const world = makeWorld();
  for (const input of [{ email: ada.email }, { registrationId: unknown }, { email: "x", id: 1 }]) {
    const attempt = world.auth.resendCode(input as never, home);
    await expect(attempt).rejects.toMatchObject({ code: "invalid_input" });
  }
  expect(world.calls).toEqual([]);
});
