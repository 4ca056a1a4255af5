import { describe, expect, it } from "vitest";
import {
  ada,
  askForCode,
  bob,
  home,
  network,
  newPassword,
  register,
  signIn,
  signUp,
  signUpAndIn,
  wrongCode,
  type MailedCode,
} from "../../../test/people.ts";
import { traceOf, type Around } from "../../../test/ports.ts";
import { byCode, makeWorld, type World, type WorldOptions } from "../../../test/world.ts";
import { AuthError, isAuthError } from "../../errors.ts";
import type { ResetPasswordByCodeInput } from "./reset-by-code.ts";

type Given = Partial<ResetPasswordByCodeInput> & MailedCode;

const aWorld = (options: WorldOptions = {}): World => makeWorld({ ...byCode, ...options });

async function withCode(options?: WorldOptions): Promise<{ world: World; mailed: MailedCode }> {
  const world = aWorld(options);
  await signUp(world);
  const mailed = await askForCode(world);
  return { world, mailed };
}

const reset = (world: World, input: Given, client = home): Promise<void> =>
  world.auth.resetPasswordByCode({ newPassword, ...input }, client);

const invalid = { code: "invalid_code", status: 400 };
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const nobodys = "00000000-0000-4000-8000-000000000000";

describe("asking", () => {
  it("answers a request's id of its own each time, over the limit and for nobody too", async () => {
    const world = aWorld();
    await signUp(world);
    const ids = new Set<string>();
    for (const email of [ada.email, ada.email, "nobody@example.org", "nobody@example.org"]) {
      const { requestId } = await world.auth.forgotPassword({ email }, home);
      expect(requestId).toMatch(uuid);
      ids.add(requestId ?? "");
    }
    expect(ids.size).toBe(4);
    world.mailbox.clear();
    await world.auth.runJobs();
    expect(world.mailbox.messages.map(({ to, kind }) => [to, kind])).toEqual([
      [ada.email, "reset_code"],
    ]);
  });

  it("mails the code alone: the request's id is in no mail, job or store call", async () => {
    const { world, mailed } = await withCode();
    expect(mailed.code).toMatch(/^[0-9]{6}$/);
    const outside = world.calls.filter(({ port }) => port !== "codes");
    expect(JSON.stringify([world.mailbox.messages, outside])).not.toContain(mailed.requestId);
    const mail = world.mailbox.last(ada.email, "reset_code");
    expect(mail.subject).not.toContain(mailed.code);
    expect(mail.data.expiresAt).toEqual(new Date(world.clock.now().getTime() + 600_000));
  });

  it("a job that is run again mails the same code, and one that is too late mails none", async () => {
    let isDown = true;
    const given: string[] = [];
    const world = aWorld({
      around(call, proceed) {
        if (call.port !== "mailer" || !isDown) return proceed();
        given.push((call.args[0] as { text: string }).text);
        throw new Error("421 later");
      },
    });
    isDown = false;
    await signUp(world);
    isDown = true;
    const { requestId } = await world.auth.forgotPassword({ email: ada.email }, home);
    await world.auth.runJobs();
    isDown = false;
    world.clock.advance({ seconds: 3 });
    await world.auth.runJobs();
    const mail = world.mailbox.last(ada.email, "reset_code");
    expect(given).toEqual([mail.text]);
    const { code } = mail.data;
    await reset(world, { requestId: requestId ?? "", email: ada.email, code });

    isDown = true;
    world.clock.advance({ minutes: 2 });
    await world.auth.forgotPassword({ email: ada.email }, home);
    await world.auth.runJobs();
    isDown = false;
    world.mailbox.clear();
    world.clock.advance({ minutes: 10 });
    await world.auth.runJobs();
    expect(world.mailbox.messages.filter(({ kind }) => kind === "reset_code")).toEqual([]);
    expect(world.eventNames()).toContain("job.buried");
  });
});

describe("resetting", () => {
  it("makes its calls in the order of its steps, and signs nobody in", async () => {
    const { world, mailed } = await withCode();
    world.forget();
    expect(await reset(world, { ...mailed, confirmPassword: newPassword })).toBeUndefined();
    expect(traceOf(world.calls)).toEqual([
      ...["limits.take", "limits.take", "codes.attempt", "limits.forgive"],
      ...["users.findByEmail", "users.inspectReset", "hasher.hash"],
      ...["sessions.closeAll", "users.resetPassword", "sessions.closeAll", "limits.forgive"],
    ]);
    expect(world.eventNames()).toEqual(["reset.completed", "password.changed"]);
    await signIn(world, { tag: ada.tag, password: newPassword });
  });

  it("A-30: ends every session, and tells the owner", async () => {
    const world = aWorld();
    const { pair } = await signUpAndIn(world);
    await reset(world, await askForCode(world));
    const { accessToken, refreshToken } = pair;
    const over = { code: "invalid_token" };
    await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject(over);
    await expect(world.auth.renew({ refreshToken }, home)).rejects.toMatchObject(over);
    await expect(signIn(world)).rejects.toMatchObject({ code: "invalid_credentials" });
    await world.auth.runJobs();
    expect(world.mailbox.last(ada.email).kind).toBe("password_changed");
  });

  it("used, superseded, expired and never mailed are one answer", async () => {
    const { world, mailed } = await withCode();
    await reset(world, mailed);
    await expect(reset(world, mailed)).rejects.toMatchObject(invalid);

    world.clock.advance({ minutes: 1 });
    const superseded = await askForCode(world);
    world.clock.advance({ minutes: 1 });
    const newest = await askForCode(world);
    await expect(reset(world, superseded)).rejects.toMatchObject(invalid);
    const mixed = { ...newest, requestId: superseded.requestId };
    await expect(reset(world, mixed)).rejects.toMatchObject(invalid);
    await expect(reset(world, { ...newest, requestId: nobodys })).rejects.toMatchObject(invalid);
    world.clock.advance({ minutes: 10 });
    await expect(reset(world, newest)).rejects.toMatchObject(invalid);
  });

  it("works until the last second of its ten minutes", async () => {
    const { world, mailed } = await withCode();
    world.clock.advance({ minutes: 9, seconds: 59 });
    await expect(reset(world, mailed)).resolves.toBeUndefined();
  });

  it("another's email, and another's request, are one answer with a wrong code", async () => {
    const { world, mailed } = await withCode();
    await signUp(world, bob);
    const bobs = await askForCode(world, bob.email);
    for (const mixed of [
      { ...mailed, email: bob.email },
      { ...mailed, email: "nobody@example.org" },
      { ...mailed, requestId: bobs.requestId },
      { ...mailed, email: bob.email, requestId: bobs.requestId, code: wrongCode(bobs.code) },
    ]) {
      await expect(reset(world, mixed)).rejects.toMatchObject(invalid);
    }
    await reset(world, mailed);
    await expect(signIn(world, bob)).resolves.toBeDefined();
  });

  it("a change of password and a disabling void the code", async () => {
    const world = aWorld();
    const { caller, userId } = await signUpAndIn(world);
    const changed = await askForCode(world);
    const change = { caller, currentPassword: ada.password, newPassword };
    world.clock.advance({ seconds: 1 });
    await world.auth.changePassword(change, home);
    await expect(reset(world, changed)).rejects.toMatchObject(invalid);
    world.clock.advance({ minutes: 1 });
    const disabled = await askForCode(world);
    await world.auth.disable({ userId }, home);
    await expect(reset(world, disabled)).rejects.toMatchObject(invalid);
    await world.auth.enable({ userId }, home);
    await expect(reset(world, disabled)).rejects.toMatchObject(invalid);
  });

  it("a weak password and two that differ leave the code alive, however often", async () => {
    const { world, mailed } = await withCode();
    for (let time = 0; time < 20; time += 1) {
      const weak = reset(world, { ...mailed, newPassword: "too short" });
      await expect(weak).rejects.toMatchObject({ code: "weak_password" });
    }
    const differing = reset(world, { ...mailed, confirmPassword: `${newPassword}!` });
    await expect(differing).rejects.toMatchObject({ code: "password_mismatch" });
    await expect(reset(world, mailed)).resolves.toBeUndefined();
  });

  it.each(["", "12345", "1234567", "12345a", "１２３４５６", " 12345", null, 123_456, ["123456"]])(
    "A-13: refuses %j for a code before anything is counted",
    async (code) => {
      const { world, mailed } = await withCode();
      world.forget();
      // What a stranger may write in JavaScript.
      const input = { ...mailed, code } as unknown as Given;
      await expect(reset(world, input)).rejects.toMatchObject({ code: "invalid_input" });
      expect(world.calls).toEqual([]);
    },
  );

  it("a confirmation code never resets, nor does a reset code confirm", async () => {
    const world = aWorld();
    await signUp(world);
    const claim = await register(world, { ...bob, tag: "bob-too" });
    const asReset = { requestId: claim.registrationId, email: bob.email, code: claim.code };
    await expect(reset(world, asReset)).rejects.toMatchObject(invalid);
    const { requestId, email, code } = await askForCode(world);
    for (const registrationId of [requestId, undefined]) {
      const confirmation = { email, registrationId, confirmationCode: code };
      await expect(world.auth.confirm(confirmation, home)).rejects.toMatchObject(invalid);
    }
    await expect(reset(world, { requestId, email, code })).resolves.toBeUndefined();
  });

  it("knows no links, and where links are none of its codes", async () => {
    const { world, mailed } = await withCode();
    const token = `${nobodys}.${"A".repeat(43)}`;
    const notOurs = { code: "invalid_token" };
    const byLink = world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
    await expect(byLink).rejects.toMatchObject(notOurs);
    await expect(world.auth.checkResetLink({ token }, home)).rejects.toMatchObject(notOurs);
    const linked = makeWorld();
    await signUp(linked);
    await linked.auth.forgotPassword({ email: ada.email }, home);
    await linked.auth.runJobs();
    await expect(reset(linked, mailed)).rejects.toMatchObject(invalid);
  });
});

describe("guessing", () => {
  /** Lets others go on before and after each call. */
  const yielding: Around = async (_call, proceed) => {
    await new Promise((resolve) => setImmediate(resolve));
    return proceed();
  };

  const endingsOf = async (tries: readonly Promise<unknown>[]): Promise<object> => {
    const endings: Record<string, number> = {};
    for (const outcome of await Promise.allSettled(tries)) {
      const { status } = outcome;
      const word =
        status === "rejected" && isAuthError(outcome.reason) ? outcome.reason.code : status;
      endings[word] = (endings[word] ?? 0) + 1;
    }
    return endings;
  };

  /** What comparing a code came to, try by try. */
  async function comparing(world: World, tries: readonly Given[]): Promise<readonly string[]> {
    const seen: string[] = [];
    const watched = world.process({
      async around(call, proceed) {
        const answer = await yielding(call, proceed);
        if (call.method === "attempt") seen.push((answer as { outcome: string }).outcome);
        return answer;
      },
    });
    const all = tries.map((input, n) =>
      watched.resetPasswordByCode({ newPassword, ...input }, network(n)),
    );
    await Promise.allSettled(all);
    return seen;
  }

  it.each([
    ["with all limits", {}, {}],
    ["without limits", { limits: "off" }, invalid],
  ] as const)(
    "200 wrong codes at once, %s, are compared five times; then the right one is not",
    async (_how, options, answer) => {
      const { world, mailed } = await withCode(options);
      const guesses = Array.from({ length: 200 }, (_, n) => ({
        ...mailed,
        code: wrongCode(mailed.code, n + 1),
      }));
      const seen = await comparing(world, guesses);
      expect(seen.filter((outcome) => outcome === "wrong")).toHaveLength(5);
      expect(seen).not.toContain("matched");
      const right = reset(world, mailed);
      await expect(right).rejects.toMatchObject(answer);
      await expect(signIn(world)).resolves.toBeDefined();
    },
  );

  it("fifteen a day are all that an email gets, over all of its requests, in parallel too", async () => {
    const world = aWorld({ limits: { forgotByEmailHourly: { limit: 100, windowSeconds: 60 } } });
    await signUp(world);
    const guesses: Given[] = [];
    for (let request = 0; request < 10; request += 1) {
      const mailed = await askForCode(world);
      for (let n = 0; n < 20; n += 1)
        guesses.push({ ...mailed, code: wrongCode(mailed.code, n + 1) });
      world.clock.advance({ minutes: 1 });
    }
    const seen = await comparing(world, guesses);
    expect(seen).toHaveLength(15);
    const mailed = await askForCode(world);
    const locked = reset(world, mailed);
    await expect(locked).rejects.toMatchObject({ code: "rate_limited", status: 429 });
    world.clock.advance({ hours: 27 });
    await reset(world, await askForCode(world));
  });

  it("a code used by many at once sets one password", async () => {
    const { world, mailed } = await withCode({ limits: "off", around: yielding });
    const password = (n: number): string => `a password by caller number ${n}`;
    const tries = Array.from({ length: 30 }, (_, n) =>
      reset(world, { ...mailed, newPassword: password(n) }, network(n)),
    );
    expect(await endingsOf(tries)).toEqual({ fulfilled: 1, invalid_code: 29 });
    const logins = tries.map((_, n) => signIn(world, { tag: ada.tag, password: password(n) }));
    expect(await endingsOf(logins)).toEqual({ fulfilled: 1, invalid_credentials: 29 });
  });

  it("A-35: a wrong code makes the same calls for everybody, until the limit and beyond", async () => {
    const world = aWorld();
    await signUp(world);
    const out = await signUp(world, { ...bob, email: "bob@example.org" });
    await world.auth.disable({ userId: out.userId }, home);
    await world.auth.runJobs();
    const seen: string[] = [];
    for (const email of ["ada@example.org", "bob@example.org", "eve@example.org"]) {
      const { requestId } = await world.auth.forgotPassword({ email }, home);
      await world.auth.runJobs();
      world.forget();
      const answers: unknown[] = [];
      for (let n = 0; n < 17; n += 1) {
        const guess = { requestId: requestId ?? "", email, code: "000000" };
        answers.push(await reset(world, guess, network(n)).catch(String));
      }
      const sizes = world.calls.map(({ args }) => JSON.stringify(args).length);
      seen.push(JSON.stringify([answers, traceOf(world.calls), sizes, world.eventNames()]));
    }
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toContain("rate_limited");
  });

  it("with a store down nothing stays counted, and nothing changes", async () => {
    const { world, mailed } = await withCode();
    for (const port of ["codes", "users", "sessions"] as const) {
      const down = world.process({
        around(call, proceed) {
          if (call.port === port) throw new AuthError("store_unavailable");
          return proceed();
        },
      });
      for (let time = 0; time < 20; time += 1) {
        const attempt = down.resetPasswordByCode({ newPassword, ...mailed }, home);
        await expect(attempt).rejects.toMatchObject({ status: 503 });
      }
    }
    await expect(signIn(world)).resolves.toBeDefined();
    await expect(reset(world, mailed)).resolves.toBeUndefined();
  });
});
