import { describe, expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  home,
  network,
  newPassword,
  signIn,
  signUp,
  signUpAndIn,
  wrongPassword,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { linkKinds, makeWorld, type World } from "../../../test/world.ts";
import { defaultLimits } from "../../domain/limits.ts";
import type { ResetPasswordInput } from "./reset.ts";

const { email } = ada;

/** What a refusal says of the field that was too weak. */
const ofNewPassword = expect.arrayContaining([
  expect.objectContaining({ path: "newPassword" }),
]) as unknown;

async function linkIn(world: World): Promise<{ world: World; token: string; userId: string }> {
  const { userId } = await signUp(world);
  const token = await askForLink(world);
  return { world, token, userId };
}

const reset = (world: World, input: Partial<ResetPasswordInput> & { token: string }) =>
  world.auth.resetPassword({ email, newPassword, ...input }, home);

describe.each(linkKinds)("by a link with a token of the kind %s", (kind) => {
  const links = { tokens: { reset: kind } };

  const withLink = () => linkIn(makeWorld(links));

  it("makes its calls in the order of its steps, and signs nobody in", async () => {
    const { world, token, userId } = await withLink();
    world.forget();
    expect(await reset(world, { token, confirmPassword: newPassword })).toBeUndefined();
    expect(traceOf(world.calls)).toEqual([
      ...["limits.take", "limits.take", "users.inspectReset", "users.findById", "hasher.hash"],
      ...["sessions.closeAll", "users.resetPassword", "sessions.closeAll", "limits.forgive"],
    ]);
    const linkId = expect.stringMatching(/^[\w-]{43}$/) as string;
    expect(world.events).toMatchObject([
      { name: "reset.completed", userId, linkId },
      { name: "password.changed", userId },
    ]);
  });

  it("A-30: after a reset nothing of before opens anything, and the owner is told", async () => {
    const world = makeWorld(links);
    const first = await signUpAndIn(world);
    const second = await signIn(world);
    const token = await askForLink(world);
    await reset(world, { token });
    for (const { pair } of [first, second]) {
      const { accessToken, refreshToken } = pair;
      const invalid = { code: "invalid_token" };
      await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject(invalid);
      await expect(world.auth.renew({ refreshToken }, home)).rejects.toMatchObject(invalid);
    }
    await expect(signIn(world)).rejects.toMatchObject({ code: "invalid_credentials" });
    await expect(signIn(world, { tag: ada.tag, password: newPassword })).resolves.toBeDefined();
    await world.auth.runJobs();
    expect(world.mailbox.last(email).kind).toBe("password_changed");
    // The job that closes again closes nothing of the new epoch.
    const sessions = await world.ports.sessions.list(first.userId, world.clock.now());
    expect(sessions).toHaveLength(1);
  });

  it("lets a user set a first password, in small and capital letters of the email alike", async () => {
    const { world, token } = await withLink();
    await expect(reset(world, { token, email: "ADA@Example.Org" })).resolves.toBeUndefined();
  });

  it("a used link is expired_token, as is one whose time is over", async () => {
    const { world, token } = await withLink();
    world.clock.advance({ minutes: 29, seconds: 59 });
    await reset(world, { token });
    const expired = { code: "expired_token", status: 400 };
    await expect(reset(world, { token })).rejects.toMatchObject(expired);
    await expect(world.auth.checkResetLink({ token }, home)).rejects.toMatchObject(expired);

    const late = await askForLink(world);
    world.clock.advance({ minutes: 30 });
    await expect(reset(world, { token: late })).rejects.toMatchObject(expired);
    world.clock.advance({ minutes: 1 });
    await expect(reset(world, { token: late })).rejects.toMatchObject(expired);
  });

  it("another kind of token, and no token, are invalid_token", async () => {
    const { world, token } = await withLink();
    const { pair } = await signIn(world);
    for (const other of [pair.accessToken, pair.refreshToken, "x", "a.b.c", `${token}x`]) {
      const attempt = reset(world, { token: other });
      await expect(attempt).rejects.toMatchObject({ code: "invalid_token" });
      const check = world.auth.checkResetLink({ token: other }, home);
      await expect(check).rejects.toMatchObject({ code: "invalid_token" });
    }
    await expect(reset(world, { token })).resolves.toBeUndefined();
  });

  it("another's email is email_mismatch; the link still works", async () => {
    const { world, token } = await withLink();
    await signUp(world, bob);
    for (const wrong of [bob.email, "nobody@example.org"]) {
      const attempt = reset(world, { token, email: wrong });
      await expect(attempt).rejects.toMatchObject({ code: "email_mismatch", status: 403 });
    }
    await expect(reset(world, { token })).resolves.toBeUndefined();
  });

  it("two different passwords are password_mismatch, before anything is counted", async () => {
    const { world, token } = await withLink();
    world.forget();
    const attempt = reset(world, { token, confirmPassword: `${newPassword}!` });
    await expect(attempt).rejects.toMatchObject({ code: "password_mismatch", status: 400 });
    expect(traceOf(world.calls)).toEqual([]);
    await expect(reset(world, { token })).resolves.toBeUndefined();
  });

  it.each(["too short", "passwordpassword", "Ada Lovelace", ada.email])(
    "A-04: reset refuses %j, hashes nothing, and the link still works",
    async (weak) => {
      const { world, token } = await withLink();
      world.forget();
      await expect(reset(world, { token, newPassword: weak })).rejects.toMatchObject({
        code: "weak_password",
        status: 422,
        fields: ofNewPassword,
      });
      expect(traceOf(world.calls)).not.toContain("hasher.hash");
      await expect(world.auth.checkResetLink({ token }, home)).resolves.toBeDefined();
      await expect(reset(world, { token })).resolves.toBeUndefined();
    },
  );

  it("ten tries of a link are all, whatever they fail by", async () => {
    const { world, token } = await withLink();
    for (let time = 0; time < 10; time += 1) {
      const attempt = reset(world, { token, email: "guess@example.org" });
      await expect(attempt).rejects.toMatchObject({ code: "email_mismatch" });
    }
    await expect(reset(world, { token })).rejects.toMatchObject({ code: "rate_limited" });
  });

  it("a link is its own user's: another user's is not touched", async () => {
    const world = makeWorld(links);
    await signUp(world);
    await signUp(world, bob);
    const token = await askForLink(world, bob.email);
    await reset(world, { token, email: bob.email });
    await expect(signIn(world)).resolves.toBeDefined();
    await expect(signIn(world, bob)).rejects.toMatchObject({ code: "invalid_credentials" });
  });

  it("A-36: reset refuses fields that are not its own", async () => {
    const { world, token } = await withLink();
    for (const field of ["userId", "id", "passwordHash", "epoch", "status"]) {
      const attempt = reset(world, { token, [field]: "1" });
      await expect(attempt).rejects.toMatchObject({ fields: [{ rule: "unknown_field" }] });
    }
  });

  it("checking a link says until when it lives, changes nothing, and may be done often", async () => {
    const { world, token, userId } = await withLink();
    for (let time = 0; time < 5; time += 1) {
      expect(await world.auth.checkResetLink({ token }, home)).toEqual({
        expiresAt: new Date("2026-01-01T00:30:00Z"),
        expiresInSeconds: 1800,
        userId,
        linkDigest: expect.stringMatching(/^[\w-]{43}$/) as string,
      });
    }
    await expect(reset(world, { token })).resolves.toBeUndefined();
  });

  it("with the sessions' store down a reset changes nothing", async () => {
    const { world, token, userId } = await withLink();
    const before = await world.ports.accounts.users.findById(userId);
    const down = world.process({
      around(call, proceed) {
        if (call.port === "sessions") throw new Error("connection refused");
        return proceed();
      },
    });
    const attempt = down.resetPassword({ token, email, newPassword }, home);
    await expect(attempt).rejects.toMatchObject({ status: 500 });
    expect(await world.ports.accounts.users.findById(userId)).toEqual(before);
    await expect(reset(world, { token })).resolves.toBeUndefined();
  });

  it("reopens the email's door that strangers used up, and leaves the tag's alone", async () => {
    const world = makeWorld({ ...links, limits: defaultLimits });
    await signUp(world);
    for (const tag of [ada.email, ada.tag]) {
      for (let n = 0; n < 60; n += 1) {
        await world.auth.login({ tag, password: wrongPassword }, network(n)).catch(() => undefined);
      }
    }
    await expect(
      world.auth.login({ tag: ada.email, password: ada.password }, home),
    ).rejects.toMatchObject({
      code: "rate_limited",
    });
    const token = await askForLink(world);
    await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
    await expect(
      world.auth.login({ tag: ada.email, password: newPassword }, home),
    ).resolves.toHaveProperty("accessToken");
    await expect(
      world.auth.login({ tag: ada.tag, password: newPassword }, home),
    ).rejects.toMatchObject({
      code: "rate_limited",
    });
  });
});

/** The token with another signature. */
function forged(token: string): string {
  const [header, payload, signature = ""] = token.split(".");
  return `${header}.${payload}.${[...signature].toReversed().join("")}`;
}

it("an expired link is refused by its own time, without a look at the account", async () => {
  const { world, token } = await linkIn(makeWorld());
  world.clock.advance({ minutes: 30, seconds: 5 });
  world.forget();
  await expect(reset(world, { token })).rejects.toMatchObject({ code: "expired_token" });
  const check = world.auth.checkResetLink({ token }, home);
  await expect(check).rejects.toMatchObject({ code: "expired_token" });
  expect(traceOf(world.calls)).toEqual(["limits.take", "limits.take"]);
});

it("a bad signature is invalid_token even when the link is expired too", async () => {
  const { world, token } = await linkIn(makeWorld());
  const invalid = { code: "invalid_token", status: 401 };
  await expect(reset(world, { token: forged(token) })).rejects.toMatchObject(invalid);
  world.clock.advance({ hours: 1 });
  await expect(reset(world, { token: forged(token) })).rejects.toMatchObject(invalid);
});

it("an opaque token tells neither forged from gone nor a user from nobody", async () => {
  const world = makeWorld({ tokens: { reset: "opaque" } });
  const { token, userId } = await linkIn(world);
  const [, secret = ""] = token.split(".");
  const other = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
  const nobody = "6f1d2a9e-0b7c-4d3e-8a5f-9c1b2d3e4f50";
  for (const forgery of [`${userId}.${other}`, `${nobody}.${secret}`, `${nobody}.${other}`]) {
    world.forget();
    await expect(reset(world, { token: forgery })).rejects.toMatchObject({ code: "expired_token" });
    expect(traceOf(world.calls)).toEqual(["limits.take", "limits.take", "users.inspectReset"]);
    const check = world.auth.checkResetLink({ token: forgery }, home);
    await expect(check).rejects.toMatchObject({ code: "expired_token" });
  }
  await expect(reset(world, { token })).resolves.toBeUndefined();
});

it("a change of kind voids the links in the mail: they are invalid_token", async () => {
  for (const [before, after] of [linkKinds, linkKinds.toReversed()]) {
    const world = makeWorld({ tokens: { reset: before } });
    const { token } = await linkIn(world);
    const changed = world.process({ tokens: { reset: after } });
    const input = { token, email, newPassword };
    await expect(changed.resetPassword(input, home)).rejects.toMatchObject({
      code: "invalid_token",
    });
    await expect(world.auth.resetPassword(input, home)).resolves.toBeUndefined();
  }
});
