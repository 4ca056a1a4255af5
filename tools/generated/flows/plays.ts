// Every flow, played once as it usually goes.
import { witness, type Step, type Witness } from "./witness.ts";

/** One flow and how to come to it. */
export interface Play {
  /** The method of `auth`. */
  readonly flow: string;
  /** The files whose docstrings have the steps, the flow's own first. */
  readonly files: readonly string[];
  /** What goes before it. */
  readonly before: (world: Witness) => Promise<unknown>;
  readonly run: (world: Witness) => Promise<unknown>;
  readonly by?: "code";
}

export interface Played {
  readonly answer: unknown;
  readonly steps: readonly Step[];
  readonly after: readonly Step[];
}

const client = { ip: "192.0.2.1" };
const { email, tag, password, ...names } = {
  firstName: "Ada",
  lastName: "Lovelace",
  email: "ada@example.com",
  tag: "ada",
  password: "an engine of no numbers",
};
const newPassword = "poetical science, 1843";
const nothing = async (): Promise<void> => undefined;

async function registered({ auth, mailer }: Witness): Promise<Parameters<typeof auth.confirm>[0]> {
  const { registrationId } = await auth.register({ ...names, email, tag, password }, client);
  await auth.runJobs();
  const { code } = mailer.last(email, "confirmation_code").data;
  return { email, registrationId, confirmationCode: code };
}

async function confirmed(world: Witness): Promise<string> {
  const { userId } = await world.auth.confirm(await registered(world), client);
  await world.auth.runJobs();
  return userId;
}

async function signedIn(world: Witness): ReturnType<Witness["auth"]["login"]> {
  await confirmed(world);
  return world.auth.login({ tag, password }, client);
}

async function caller(world: Witness): ReturnType<Witness["auth"]["authenticate"]> {
  const { accessToken } = await signedIn(world);
  return world.auth.authenticate({ accessToken }, client);
}

async function linked(world: Witness): Promise<string> {
  await confirmed(world);
  await world.auth.forgotPassword({ email }, client);
  await world.auth.runJobs();
  const { link } = world.mailer.last(email, "reset_link").data;
  return link.split("/").at(-2) ?? "";
}

/** A play whose run is given what `before` answered. */
function play<Prepared>(
  flow: string,
  files: readonly string[],
  before: (world: Witness) => Promise<Prepared>,
  run: (world: Witness, prepared: Prepared) => Promise<unknown>,
  by: { readonly by?: "code" } = {},
): Play {
  let prepared: Prepared;
  return {
    ...{ flow, files, ...by },
    before: async (world) => void (prepared = await before(world)),
    run: (world) => run(world, prepared),
  };
}

const reset = ["password/use-link", "password/set-password"];

export const plays: readonly Play[] = [
  play("register", ["registration/register"], nothing, ({ auth }) =>
    auth.register({ ...names, email, tag, password }, client),
  ),
  play("confirm", ["registration/confirm"], registered, ({ auth }, confirmation) =>
    auth.confirm(confirmation, client),
  ),
  play(
    "resendCode",
    ["registration/resend-code"],
    async (world) => {
      const { registrationId = "" } = await registered(world);
      world.clock.advance({ minutes: 2 });
      return registrationId;
    },
    ({ auth }, registrationId) => auth.resendCode({ email, registrationId }, client),
  ),
  play("login", ["session/login"], confirmed, ({ auth }) => auth.login({ tag, password }, client)),
  play("authenticate", ["session/authenticate"], signedIn, ({ auth }, { accessToken }) =>
    auth.authenticate({ accessToken }, client),
  ),
  play("renew", ["session/renew"], signedIn, ({ auth }, { refreshToken }) =>
    auth.renew({ refreshToken }, client),
  ),
  play("logout", ["session/logout"], signedIn, ({ auth }, { accessToken, refreshToken }) =>
    auth.logout({ accessToken, refreshToken }, client),
  ),
  play("forgotPassword", ["password/forgot"], confirmed, ({ auth }) =>
    auth.forgotPassword({ email }, client),
  ),
  play("checkResetLink", ["password/check-link"], linked, ({ auth }, token) =>
    auth.checkResetLink({ token }, client),
  ),
  play("resetPassword", ["password/reset", ...reset], linked, ({ auth }, token) =>
    auth.resetPassword({ token, email, newPassword }, client),
  ),
  play(
    "resetPasswordByForm",
    ["password/reset-by-form", ...reset],
    async (world) => {
      const token = await linked(world);
      const { userId, linkDigest } = await world.auth.checkResetLink({ token }, client);
      return { token, userId, linkDigest };
    },
    ({ auth }, link) => auth.resetPasswordByForm({ ...link, newPassword }, client),
  ),
  play(
    "resetPasswordByCode",
    ["password/reset-by-code", "password/set-password"],
    async (world) => {
      await confirmed(world);
      const { requestId } = await world.auth.forgotPassword({ email }, client);
      await world.auth.runJobs();
      const { code } = world.mailer.last(email, "reset_code").data;
      return { requestId: requestId ?? "", code };
    },
    ({ auth }, mailed) => auth.resetPasswordByCode({ ...mailed, email, newPassword }, client),
    { by: "code" },
  ),
  play("changePassword", ["password/change"], caller, ({ auth }, by) =>
    auth.changePassword({ caller: by, currentPassword: password, newPassword }, client),
  ),
  play("listSessions", ["session/list"], caller, ({ auth }, by) =>
    auth.listSessions({ caller: by }, client),
  ),
  play("closeSession", ["session/close"], caller, ({ auth }, by) =>
    auth.closeSession({ caller: by, id: by.sessionId }, client),
  ),
  play("closeAllSessions", ["session/close-all"], caller, ({ auth }, by) =>
    auth.closeAllSessions({ caller: by }, client),
  ),
  play("me", ["account/me"], caller, ({ auth }, by) => auth.me({ caller: by }, client)),
  play("disable", ["account/disable"], confirmed, ({ auth }, userId) =>
    auth.disable({ userId }, client),
  ),
  play(
    "enable",
    ["account/enable"],
    async (world) => {
      const userId = await confirmed(world);
      await world.auth.disable({ userId }, client);
      await world.auth.runJobs();
      return userId;
    },
    ({ auth }, userId) => auth.enable({ userId }, client),
  ),
  play("remove", ["account/remove"], confirmed, ({ auth }, userId) =>
    auth.remove({ userId }, client),
  ),
];

/** What a flow does before its answer, and what its jobs do after it. */
export async function performed(of: Play): Promise<Played> {
  const world = witness({
    handlers: { "user.confirmed": nothing, "password.changed": nothing },
    ...(of.by === "code" && { tokens: { reset: "code" } }),
  });
  await of.before(world);
  world.taken();
  const answer = await of.run(world);
  const steps = world.taken();
  // What close-all leaves is due when stores have answered or given up.
  world.clock.advance({ seconds: 5 });
  await world.auth.runJobs();
  return { answer, steps, after: world.taken() };
}
