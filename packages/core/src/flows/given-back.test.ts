import { describe, expect, it } from "vitest";
import { ada, askForCode, bob, home, newPassword, register, signUp } from "../../test/people.ts";
import type { Around } from "../../test/ports.ts";
import { byCode, makeWorld } from "../../test/world.ts";
import { defaultLimits } from "../domain/limits.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Forgiveness } from "../ports/rate-limiter.ts";

/** The named call fails as a store does that cannot answer. */
const without =
  (name: string, code: "store_unavailable" | "busy" = "store_unavailable"): Around =>
  (call, proceed) =>
    `${call.port}.${call.method}` === name ? Promise.reject(new AuthError(code)) : proceed();

const many = Array.from({ length: 60 }, (_, index) => index);

describe("what could not be answered counts nothing", () => {
  it("a login refused for want of a store is not held against its owner", async () => {
    const world = makeWorld({ limits: defaultLimits });
    await signUp(world);
    const broken = world.process({ limits: defaultLimits, around: without("users.findForLogin") });
    for (const _ of many) {
      const attempt = broken.login({ tag: ada.tag, password: ada.password }, home);
      await expect(attempt).rejects.toMatchObject({ code: "store_unavailable" });
    }
    await expect(
      world.auth.login({ tag: ada.tag, password: ada.password }, home),
    ).resolves.toHaveProperty("accessToken");
  });

  it("a login refused for want of a place to hash is not held against its owner", async () => {
    const world = makeWorld({ limits: defaultLimits });
    await signUp(world);
    const around = without("hasher.verify", "busy");
    const crowded = world.process({ limits: defaultLimits, around });
    for (const _ of many) {
      const attempt = crowded.login({ tag: ada.tag, password: ada.password }, home);
      await expect(attempt).rejects.toMatchObject({ code: "busy" });
    }
    await expect(
      world.auth.login({ tag: ada.tag, password: ada.password }, home),
    ).resolves.toHaveProperty("accessToken");
  });

  it("whoever has waited, and is then not answered, does not have to wait again", async () => {
    const world = makeWorld({ limits: defaultLimits });
    await signUp(world);
    const wrong = { tag: ada.tag, password: "not the password at all" };
    for (let compared = 0; compared < 12;) {
      const error: unknown = await world.auth.login(wrong, home).catch((caught: unknown) => caught);
      if (!isAuthError(error, "rate_limited")) compared += 1;
      else world.clock.advance({ seconds: error.retryAfterSeconds ?? 0 });
    }
    world.clock.advance({ seconds: 128 });
    const around = without("hasher.verify", "busy");
    const right = { tag: ada.tag, password: ada.password };
    const crowded = world.process({ limits: defaultLimits, around });
    await expect(crowded.login(right, home)).rejects.toMatchObject({ code: "busy" });
    await expect(world.auth.login(right, home)).resolves.toHaveProperty("accessToken");
  });

  it("a reset link that could not be asked for may be asked for again at once", async () => {
    const world = makeWorld({ limits: defaultLimits });
    await signUp(world);
    await world.auth.runJobs();
    const mails = world.mailbox.messages.length;
    const broken = world.process({ limits: defaultLimits, around: without("outbox.enqueue") });
    const attempt = broken.forgotPassword({ email: ada.email }, home);
    await expect(attempt).rejects.toMatchObject({ code: "store_unavailable" });
    await world.auth.forgotPassword({ email: ada.email }, home);
    await world.auth.runJobs();
    expect(world.mailbox.messages).toHaveLength(mails + 1);
  });

  it("a registration that could not be kept may be made again", async () => {
    const world = makeWorld({ limits: defaultLimits });
    const broken = world.process({
      limits: defaultLimits,
      around: without("users.addRegistration"),
    });
    for (const _ of many) {
      await expect(broken.register(bob, home)).rejects.toMatchObject({ code: "store_unavailable" });
    }
    await expect(world.auth.register(bob, home)).resolves.toHaveProperty("registrationId");
  });

  it("a right code that could not make its user is right again afterwards", async () => {
    const world = makeWorld({ limits: defaultLimits });
    const { code, registrationId } = await register(world, ada);
    const around = without("users.confirmRegistration");
    const broken = world.process({ limits: defaultLimits, around });
    const input = { email: ada.email, confirmationCode: code };
    for (const own of [{ registrationId }, {}]) {
      for (const _ of many) {
        const attempt = broken.confirm({ ...input, ...own }, home);
        await expect(attempt).rejects.toMatchObject({ code: "store_unavailable" });
      }
    }
    await expect(world.auth.confirm({ ...input, registrationId }, home)).resolves.toBeDefined();
  });

  it("a count that was given back already is not given back again", async () => {
    const world = makeWorld({ ...byCode, limits: defaultLimits });
    await signUp(world);
    const mailed = await askForCode(world);
    const around = without("users.inspectReset");
    const broken = world.process({ ...byCode, limits: defaultLimits, around });
    world.forget();
    const attempt = broken.resetPasswordByCode({ ...mailed, newPassword }, home);
    await expect(attempt).rejects.toMatchObject({ code: "store_unavailable" });
    const forgiven = world.calls
      .filter(({ method }) => method === "forgive")
      .flatMap(({ args }) => args[0] as readonly Forgiveness[]);
    expect(forgiven).toMatchObject([
      { clear: [], giveBack: [{ name: "resetCodeByEmail" }] },
      { clear: [], giveBack: [{ name: "resetByNetwork" }] },
    ]);
  });

  it("a wrong password is counted all the same", async () => {
    const world = makeWorld({ limits: defaultLimits });
    await signUp(world);
    const wrong = { tag: ada.tag, password: "not the password at all" };
    const codes: string[] = [];
    for (const _ of many.slice(0, 6)) {
      await world.auth
        .login(wrong, home)
        .catch((error: unknown) => codes.push((error as AuthError).code));
    }
    expect(codes).toEqual([...Array<string>(5).fill("invalid_credentials"), "rate_limited"]);
  });
});
