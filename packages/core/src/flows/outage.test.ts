import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  home,
  newPassword,
  register,
  signUpAndIn,
} from "../../test/people.ts";
import type { Around } from "../../test/ports.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { Auth } from "../auth.ts";
import { AuthError } from "../errors.ts";

type Act = (auth: Auth, world: World) => Promise<unknown>;

/** Every flow, ready to succeed. */
const flows: readonly (readonly [string, (world: World) => Promise<Act>])[] = [
  ["register", async () => (auth) => auth.register(bob, home)],
  [
    "confirm",
    async (world) => {
      const { registrationId, code } = await register(world, bob);
      const input = { email: bob.email, registrationId, confirmationCode: code };
      return (auth) => auth.confirm(input, home);
    },
  ],
  [
    "resendCode",
    async (world) => {
      const { registrationId } = await register(world, bob);
      return (auth) => auth.resendCode({ email: bob.email, registrationId }, home);
    },
  ],
  ["login", async () => (auth) => auth.login({ tag: ada.tag, password: ada.password }, home)],
  [
    "authenticate",
    async (world) => {
      const { accessToken } = (await signUpAndIn(world, bob)).pair;
      return (auth) => auth.authenticate({ accessToken }, home);
    },
  ],
  [
    "renew",
    async (world) => {
      const { refreshToken } = (await signUpAndIn(world, bob)).pair;
      return (auth) => auth.renew({ refreshToken }, home);
    },
  ],
  [
    "logout",
    async (world) => {
      const { accessToken } = (await signUpAndIn(world, bob)).pair;
      return (auth) => auth.logout({ accessToken }, home);
    },
  ],
  ["forgotPassword", async () => (auth) => auth.forgotPassword({ email: ada.email }, home)],
  [
    "checkResetLink",
    async (world) => {
      const token = await askForLink(world);
      return (auth) => auth.checkResetLink({ token }, home);
    },
  ],
  [
    "resetPassword",
    async (world) => {
      const token = await askForLink(world);
      return (auth) => auth.resetPassword({ token, email: ada.email, newPassword }, home);
    },
  ],
  [
    "changePassword",
    async (world) => {
      const { caller } = await signUpAndIn(world, bob);
      const input = { caller, currentPassword: bob.password, newPassword };
      return (auth) => auth.changePassword(input, home);
    },
  ],
  [
    "closeAllSessions",
    async (world) => {
      const { caller } = await signUpAndIn(world, bob);
      return (auth) => auth.closeAllSessions({ caller }, home);
    },
  ],
  [
    "closeSession",
    async (world) => {
      const { caller } = await signUpAndIn(world, bob);
      return (auth) => auth.closeSession({ caller, id: caller.sessionId }, home);
    },
  ],
  [
    "disable",
    async (world) => {
      const { userId } = await signUpAndIn(world, bob);
      return (auth) => auth.disable({ userId }, home);
    },
  ],
];

/** The nth call of a store fails with this; the others go on. */
function failingAt(step: number, error: () => Error): { around: Around; reached: () => boolean } {
  let made = 0;
  return {
    reached: () => made > step,
    around(call, proceed) {
      if (call.port === "hasher" || call.port === "mailer") return proceed();
      made += 1;
      return made === step + 1 ? Promise.reject(error()) : proceed();
    },
  };
}

/** What a flow answers when its nth store call fails, for each n it makes. */
async function failures(
  prepare: (world: World) => Promise<Act>,
  error: () => Error,
): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (let step = 0; ; step += 1) {
    const world = makeWorld();
    await signUpAndIn(world);
    const act = await prepare(world);
    world.forget();
    const { around, reached } = failingAt(step, error);
    const answer = await act(world.process({ around }), world).catch((caught: unknown) => caught);
    if (!reached()) return answers;
    answers.push(answer);
    expect(world.eventNames()).toContain("fault");
  }
}

it.each(flows)(
  "%s: a store that cannot answer is store_unavailable at every step, never a refusal or a success",
  async (_name, prepare) => {
    const answers = await failures(prepare, () => new AuthError("store_unavailable"));
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expect(answer).toMatchObject({ code: "store_unavailable" });
  },
);

it.each(flows)(
  "%s: a fault of a driver is internal at every step, and nothing of it reaches the client",
  async (_name, prepare) => {
    const fault = (): Error => new Error('relation "latchkey.users" does not exist');
    const answers = await failures(prepare, fault);
    for (const answer of answers) {
      expect(answer).toMatchObject({ code: "internal", status: 500 });
      expect(JSON.stringify(answer)).not.toContain("relation");
      expect((answer as Error).message).not.toContain("relation");
    }
  },
);

it("a mailer that fails changes no answer", async () => {
  const world = makeWorld({
    around(call, proceed) {
      if (call.port === "mailer") throw new Error("550 no");
      return proceed();
    },
  });
  await expect(world.auth.register(ada, home)).resolves.toBeDefined();
  await expect(world.auth.forgotPassword({ email: ada.email }, home)).resolves.toBeDefined();
  await world.auth.runJobs();
  await expect(world.auth.forgotPassword({ email: bob.email }, home)).resolves.toBeDefined();
});

it("a listener that fails changes no answer", async () => {
  const world = makeWorld({
    onEvent() {
      throw new Error("no disk");
    },
  });
  await expect(signUpAndIn(world)).resolves.toBeDefined();
});
