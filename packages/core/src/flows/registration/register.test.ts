import { expect, it } from "vitest";
import { ada, bob, home, register, signUp } from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld } from "../../../test/world.ts";
import type { Job } from "../../ports/outbox.ts";
import type { Registration } from "../../domain/user.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

it("A-01: register, confirm, login and me succeed in turn; only the login is recorded", async () => {
  const world = makeWorld();
  const { registrationId, code, tag } = await register(world, ada);
  expect(registrationId).toMatch(uuid);
  expect(tag).toBe(ada.tag);
  const confirmation = { email: ada.email, registrationId, confirmationCode: code };
  const { userId } = await world.auth.confirm(confirmation, home);
  expect(userId).toBe(registrationId);
  const { users } = world.ports.accounts;
  expect(await users.findById(userId)).toMatchObject({ lastLoginAt: null });

  world.clock.advance({ minutes: 1 });
  const { accessToken } = await world.auth.login({ tag, password: ada.password }, home);
  const caller = await world.auth.authenticate({ accessToken }, home);
  const view = await world.auth.me({ caller }, home);
  expect(view).toEqual({
    ...{ id: userId, email: ada.email, tag, firstName: "Ada", lastName: "Lovelace" },
    ...{ status: "CONFIRMED", locale: "en", createdAt: new Date("2026-01-01T00:00:00Z") },
    lastLoginAt: new Date("2026-01-01T00:01:00Z"),
  });
});

it("keeps the claim and its job in one step, with a hash and no code in either", async () => {
  const world = makeWorld();
  world.forget();
  const { registrationId } = await world.auth.register(ada, { ...home, locale: "ru" });
  expect(traceOf(world.calls)).toEqual([
    ...["limits.take", "limits.take"],
    ...["hasher.hash", "users.addRegistration"],
  ]);
  const [claim, jobs] = (world.calls.at(-1)?.args ?? []) as [Registration, readonly Job[]];
  expect(claim).toMatchObject({
    ...{ id: registrationId, email: ada.email, tag: ada.tag, locale: "ru" },
    expiresAt: new Date("2026-01-02T00:00:00Z"),
  });
  expect(claim.passwordHash).toMatch(/^plain:/);
  const { locale, email } = { locale: "ru", email: ada.email };
  expect(jobs).toMatchObject([
    { kind: "send-confirmation", payload: { registrationId, email, locale } },
  ]);
  expect(jobs[0]?.lane).not.toContain("@");
});

it("makes a tag of the names and a random suffix when none is given, without a lookup", async () => {
  const world = makeWorld();
  const { tag: _, ...untagged } = ada;
  const first = await world.auth.register(untagged, home);
  const second = await world.auth.register(untagged, home);
  expect(first.tag).toMatch(/^ada.lovelace-[a-z0-9]{6}$/);
  expect(second.tag).toMatch(/^ada.lovelace-[a-z0-9]{6}$/);
  expect(second.tag).not.toBe(first.tag);
  expect(traceOf(world.calls).filter((call) => call.startsWith("users.find"))).toEqual([]);
});

it.each([
  { what: "14 characters", password: "a few too few." },
  { what: "14 emoji", password: "🐢🦊🐙🦉🐝🦀🐋🦜🐌🦔🐇🦎🐧🦢" },
])("A-03: a password of $what is too short", async ({ password }) => {
  const world = makeWorld();
  expect([...password]).toHaveLength(14);
  const attempt = world.auth.register({ ...ada, password }, home);
  await expect(attempt).rejects.toMatchObject({
    code: "weak_password",
    fields: [{ path: "password", rule: "password_too_short", limit: 15 }],
  });
});

it.each([
  { what: "15 characters", password: "enough, at last" },
  { what: "15 emoji", password: "🐢🦊🐙🦉🐝🦀🐋🦜🐌🦔🐇🦎🐧🦢🐬" },
  { what: "15 lower-case letters", password: "kvotrimuledafos" },
  { what: "128 characters", password: "long walk home. ".repeat(7) + "and then to bed." },
  { what: "128 emoji", password: "🐢🦊🐙🦉🐝🦀🐋🦜🐌🦔🐇🦎🐧🦢🐬🦭".repeat(8) },
])("A-03: a password of $what is accepted and works", async ({ password }) => {
  const world = makeWorld();
  await signUp(world, { ...ada, password });
  const pair = await world.auth.login({ tag: ada.tag, password }, home);
  expect(pair.tokenType).toBe("Bearer");
});

it.each([
  { what: "129 characters", password: "x y".repeat(43) },
  { what: "129 emoji", password: "🐢".repeat(129) },
  { what: "more than 1024 bytes", password: "🐢🦊".repeat(128) },
])("A-03: a password of $what is refused, never cut", async ({ password }) => {
  const world = makeWorld();
  const attempt = world.auth.register({ ...ada, password }, home);
  await expect(attempt).rejects.toMatchObject({
    code: "invalid_input",
    fields: [{ path: "password", rule: "too_long" }],
  });
  expect(traceOf(world.calls)).toEqual([]);
});

it.each([
  ["a listed one", "passwordpassword", "password_too_common"],
  ["a walk along the keyboard", "qwertyuiopasdfghjkl", "password_too_common"],
  ["the tag", "ada-lovelace-the-first", "password_too_personal"],
  ["the tag in capitals", "ADA-Lovelace-The-First", "password_too_personal"],
  ["the email", "ada.lovelace@example.org", "password_too_personal"],
  ["the first part of the email", "countess.of.lovelace", "password_too_personal"],
  ["the names", "Augusta Ada Lovelace", "password_too_personal"],
  ["the product's name", "Analytical Engines", "password_too_personal"],
])("A-04: register refuses %s as the password", async (_what, password, rule) => {
  const world = makeWorld({ productName: "Analytical Engines" });
  const email = password.startsWith("countess") ? `${password}@example.org` : undefined;
  const person = { ...ada, tag: "ada-lovelace-the-first", firstName: "Augusta Ada" };
  const owner = { ...person, email: email ?? "ada.lovelace@example.org", password };
  await expect(world.auth.register(owner, home)).rejects.toMatchObject({
    code: "weak_password",
    fields: [{ path: "password", rule }],
  });
  expect(traceOf(world.calls)).not.toContain("hasher.hash");
  expect(world.mailbox.messages).toEqual([]);
});

it("A-08: a taken email is answered as a free one; its owner is told, and nothing changes", async () => {
  const world = makeWorld();
  const { userId } = await signUp(world);
  const before = await world.ports.accounts.users.findById(userId);
  world.mailbox.clear();
  world.forget();
  const stranger = { ...bob, email: ada.email };
  const taken = await world.auth.register(stranger, home);
  const calls = traceOf(world.calls);
  world.forget();
  const free = await world.auth.register({ ...bob, email: "free@example.org" }, home);
  expect(traceOf(world.calls)).toEqual(calls);
  expect(Object.keys(taken)).toEqual(Object.keys(free));
  expect(taken.tag).toBe(free.tag);
  expect(taken.registrationId).toMatch(uuid);

  await world.auth.runJobs();
  expect(world.mailbox.last(ada.email).kind).toBe("account_exists");
  expect(world.mailbox.messages.filter(({ to }) => to === ada.email)).toHaveLength(1);
  expect(await world.ports.accounts.users.findById(userId)).toEqual(before);
  await expect(
    world.auth.login({ tag: ada.email, password: stranger.password }, home),
  ).rejects.toMatchObject({ code: "invalid_credentials" });
});

it("A-09: a tag that a user owns is taken, in capitals too", async () => {
  const world = makeWorld();
  await signUp(world);
  for (const tag of ["ada", "ADA", "Ada"]) {
    const attempt = world.auth.register({ ...bob, tag }, home);
    await expect(attempt).rejects.toMatchObject({ code: "tag_taken" });
  }
  await world.auth.runJobs();
  expect(world.mailbox.messages.map(({ to }) => to)).toEqual([ada.email]);
});

it("A-09: a claim owns neither its tag nor its email", async () => {
  const world = makeWorld();
  const first = await register(world, ada);
  const second = await register(world, { ...bob, tag: ada.tag, email: ada.email });
  expect(second.tag).toBe(first.tag);
  const confirmation = { email: ada.email, confirmationCode: second.code };
  const { registrationId } = second;
  const confirmed = await world.auth.confirm({ ...confirmation, registrationId }, home);
  expect(confirmed).toEqual({ userId: registrationId, tag: ada.tag });
});

it.each(["ada@example.org", "a@b", "ab", "a".repeat(33), "анна", "a b c", "ada\u0000", ""])(
  "A-09: %j is no tag",
  async (tag) => {
    const world = makeWorld();
    const attempt = world.auth.register({ ...ada, tag }, home);
    await expect(attempt).rejects.toMatchObject({ code: "invalid_input" });
    expect(world.calls).toEqual([]);
  },
);

it.each(["id", "role", "roles", "status", "confirmed", "emailVerified", "lastLogin"])(
  "A-36: register refuses the field %s and stores nothing",
  async (field) => {
    const world = makeWorld();
    const input = { ...ada, [field]: "CONFIRMED" };
    await expect(world.auth.register(input, home)).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: field, rule: "unknown_field" }],
    });
    expect(world.calls).toEqual([]);
  },
);

it("A-36: register refuses what is not its own field, even by way of the prototype", async () => {
  const world = makeWorld();
  for (const text of [
    '{"passwordHash":"x"}',
    '{"createdAt":"2020-01-01"}',
    '{"__proto__":{"status":"CONFIRMED"}}',
    '{"constructor":{"prototype":{"disabled":false}}}',
  ]) {
    const extra = JSON.parse(text) as object;
    const input = { ...ada };
    for (const [key, value] of Object.entries(extra)) {
      Object.defineProperty(input, key, { value, enumerable: true });
    }
    await expect(world.auth.register(input, home)).rejects.toMatchObject({ code: "invalid_input" });
  }
  expect(world.calls).toEqual([]);
});
