import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  elsewhere,
  home,
  newPassword,
  signIn,
  signUpAndIn,
  wrongPassword,
  type SignedIn,
} from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld, type World } from "../../../test/world.ts";
import type { ChangePasswordRequest } from "../../ports/user-store.ts";
import type { ChangePasswordInput } from "./change.ts";

/** What a refusal says of the field that was too weak. */
const ofNewPassword = expect.arrayContaining([
  expect.objectContaining({ path: "newPassword" }),
]) as unknown;

const change = (
  world: World,
  { caller }: Pick<SignedIn, "caller">,
  input: Partial<ChangePasswordInput> = {},
) =>
  world.auth.changePassword({ caller, currentPassword: ada.password, newPassword, ...input }, home);

it("makes its calls in the order of its steps, and answers a fresh pair", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  world.forget();
  const pair = await change(world, mine, { confirmPassword: newPassword });
  expect(traceOf(world.calls)).toEqual([
    ...["sessions.find", "users.findById", "limits.take", "hasher.verify", "hasher.hash"],
    ...["users.changePassword", "sessions.closeAll", "sessions.open", "users.commitLogin"],
  ]);
  expect(world.events).toMatchObject([{ name: "password.changed", userId: mine.userId }]);
  const { accessToken } = pair;
  const caller = await world.auth.authenticate({ accessToken }, home);
  expect(caller.sessionId).not.toBe(mine.caller.sessionId);
});

it("leaves two jobs, due at once: the sessions' end, and a notice that waits for no handler", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  world.forget();
  await change(world, mine);
  const now = world.clock.now();
  const [request] = world.calls.find(({ method }) => method === "changePassword")?.args ?? [];
  const { jobs } = request as ChangePasswordRequest;
  const common = { id: expect.any(String) as string, lane: null, createdAt: now, dueAt: now };
  const { userId } = mine;
  expect(jobs).toEqual([
    { ...common, kind: "close-sessions", payload: { userId, before: null, exceptSessionId: null } },
    { ...common, kind: "send-notice", payload: { userId, notice: "password_changed" } },
  ]);
});

it("A-30: after a change only the fresh session stands, and the owner is told", async () => {
  const world = makeWorld();
  const first = await signUpAndIn(world);
  const second = await signIn(world);
  const fresh = await change(world, first);
  await world.auth.runJobs();
  for (const { pair } of [first, second]) {
    const { accessToken, refreshToken } = pair;
    const invalid = { code: "invalid_token" };
    await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject(invalid);
    await expect(world.auth.renew({ refreshToken }, home)).rejects.toMatchObject(invalid);
  }
  await expect(world.auth.renew({ refreshToken: fresh.refreshToken }, home)).resolves.toBeDefined();
  await expect(signIn(world)).rejects.toMatchObject({ code: "invalid_credentials" });
  await expect(signIn(world, { tag: ada.tag, password: newPassword })).resolves.toBeDefined();
  expect(world.mailbox.last(ada.email).kind).toBe("password_changed");
});

it("the fresh session says where the change came from", async () => {
  const world = makeWorld();
  const { caller } = await signUpAndIn(world);
  const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const input = { caller, currentPassword: ada.password, newPassword };
  const { accessToken } = await world.auth.changePassword(input, { ...elsewhere, agent });
  const fresh = await world.auth.authenticate({ accessToken }, home);
  expect(await world.auth.listSessions({ caller: fresh }, home)).toMatchObject([
    { id: fresh.sessionId, ip: elsewhere.ip, agent: "Firefox/Linux" },
  ]);
});

it("A-22: a change voids an open link, and one asked for and not yet mailed", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const token = await askForLink(world);
  world.clock.advance({ minutes: 1 });
  await world.auth.forgotPassword({ email: ada.email }, home);
  await change(world, mine);
  world.mailbox.clear();
  await world.auth.runJobs();
  expect(world.mailbox.messages.map(({ kind }) => kind)).toEqual(["password_changed"]);
  await expect(world.auth.checkResetLink({ token }, home)).rejects.toMatchObject({
    code: "expired_token",
  });
});

it("a wrong current password changes nothing", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  world.forget();
  const attempt = change(world, mine, { currentPassword: wrongPassword });
  await expect(attempt).rejects.toMatchObject({ code: "wrong_password", status: 403 });
  expect(traceOf(world.calls)).not.toContain("hasher.hash");
  expect(traceOf(world.calls)).not.toContain("users.changePassword");
  await expect(signIn(world)).resolves.toBeDefined();
});

it.each(["too short", "passwordpassword", "Ada Lovelace", ada.email, "ADA@EXAMPLE.ORG"])(
  "A-04: change refuses %j as the new password",
  async (weak) => {
    const world = makeWorld();
    const mine = await signUpAndIn(world);
    await expect(change(world, mine, { newPassword: weak })).rejects.toMatchObject({
      code: "weak_password",
      fields: ofNewPassword,
    });
    await expect(signIn(world)).resolves.toBeDefined();
  },
);

it("two different new passwords are refused before anything is looked up", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  world.forget();
  const attempt = change(world, mine, { confirmPassword: "another one altogether" });
  await expect(attempt).rejects.toMatchObject({ code: "password_mismatch" });
  expect(traceOf(world.calls)).toEqual([]);
});

it("a user without a password has none to change", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const around = world.process({
    async around(call, proceed) {
      const answer = await proceed();
      return call.method === "findById" ? { ...(answer as object), passwordHash: null } : answer;
    },
  });
  world.forget();
  const input = { caller: mine.caller, currentPassword: ada.password, newPassword };
  const attempt = around.changePassword(input, home);
  await expect(attempt).rejects.toMatchObject({ code: "wrong_password" });
  expect(traceOf(world.calls).filter((call) => call === "hasher.verify")).toHaveLength(1);
});

it("neither strangers' failures nor another session's count for this session", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const thief = await signIn(world, ada, elsewhere);
  for (let time = 0; time < 11; time += 1) {
    await change(world, thief, { currentPassword: wrongPassword }).catch(() => {});
  }
  await expect(change(world, thief)).rejects.toMatchObject({ code: "rate_limited" });
  await expect(change(world, mine)).resolves.toBeDefined();
});

it("a session that was overtaken changes nothing", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const { userId } = mine;
  // Another process raised the epoch and died before it closed the sessions.
  const raise = { userId, epoch: 1, operationId: "1", jobs: [] };
  await world.ports.accounts.users.raiseEpoch(raise, world.clock.now());
  await expect(change(world, mine)).rejects.toMatchObject({ code: "invalid_token" });
  await expect(signIn(world)).resolves.toBeDefined();
});

it("a session that has ended changes nothing", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  await world.auth.logout({ accessToken: mine.pair.accessToken }, home);
  world.forget();
  await expect(change(world, mine)).rejects.toMatchObject({ code: "invalid_token" });
  expect(traceOf(world.calls)).toEqual(["sessions.find"]);
});

it("the fresh session is closed again where it could not be recorded", async () => {
  const world: World = makeWorld({
    async around(call, proceed) {
      if (call.method === "commitLogin" && changing) {
        const [userId] = call.args as [string];
        await world.ports.accounts.users.setDisabled(userId, true, [], world.clock.now());
      }
      return proceed();
    },
  });
  let changing = false;
  const mine = await signUpAndIn(world);
  changing = true;
  await expect(change(world, mine)).rejects.toMatchObject({ code: "invalid_token" });
  expect(await world.ports.sessions.list(mine.userId, world.clock.now())).toEqual([]);
});

it("A-36: change refuses fields that are not its own", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  for (const field of ["userId", "passwordHash", "epoch", "disabled"]) {
    const attempt = change(world, mine, { [field]: "1" });
    await expect(attempt).rejects.toMatchObject({ fields: [{ rule: "unknown_field" }] });
  }
});
