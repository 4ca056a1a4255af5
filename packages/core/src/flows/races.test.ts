import { expect, it } from "vitest";
import {
  ada,
  askForLink,
  bob,
  elsewhere,
  home,
  network,
  register,
  signIn,
  signUp,
  signUpAndIn,
  wrongPassword,
} from "../../test/people.ts";
import type { Around } from "../../test/ports.ts";
import { linkKinds, makeWorld, type World, type WorldOptions } from "../../test/world.ts";
import { isAuthError } from "../errors.ts";

const callers = 30;

/** Lets others go on before and after each call, a different number of turns each time. */
function yielding(): Around {
  let turns = 0;
  const yieldSome = async (): Promise<void> => {
    turns = (turns * 7 + 3) % 11;
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    if (turns > 8) await new Promise((resolve) => setImmediate(resolve));
  };
  return async (_call, proceed) => {
    await yieldSome();
    const answer = await proceed();
    await yieldSome();
    return answer;
  };
}

const racing = (options: WorldOptions = {}): World =>
  makeWorld({ limits: "off", around: yielding(), ...options });

/** The same by all callers at once; answers how often each way it ended. */
async function race(
  act: (caller: number) => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  const endings: Record<string, number> = {};
  const outcomes = await Promise.allSettled(Array.from({ length: callers }, (_, n) => act(n)));
  for (const outcome of outcomes) {
    const { status } = outcome;
    const word =
      status === "rejected" && isAuthError(outcome.reason) ? outcome.reason.code : status;
    endings[word] = (endings[word] ?? 0) + 1;
  }
  return endings;
}

it("thirty renewals of one token at once give one pair", async () => {
  const world = racing();
  const { pair } = await signUpAndIn(world);
  const { refreshToken } = pair;
  const answers = await Promise.all(
    Array.from({ length: callers }, (_, n) => world.auth.renew({ refreshToken }, network(n))),
  );
  expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
  expect(new Set(answers.map((answer) => answer.accessToken)).size).toBe(1);
  expect(world.eventNames().filter((name) => name === "session.renewed")).toHaveLength(1);
  const next = answers[0]?.refreshToken ?? "";
  await expect(world.auth.renew({ refreshToken: next }, home)).resolves.toBeDefined();
});

it.each(linkKinds)(
  "thirty resets by one link with thirty passwords have one winner, whose password works (%s)",
  async (kind) => {
    const world = racing({ tokens: { reset: kind } });
    await signUp(world);
    const token = await askForLink(world);
    const password = (caller: number): string => `a password by caller number ${caller}`;
    const endings = await race((caller) =>
      world.auth.resetPassword({ token, email: ada.email, newPassword: password(caller) }, home),
    );
    expect(endings).toEqual({ fulfilled: 1, expired_token: callers - 1 });
    const logins = await race((caller) =>
      signIn(world, { tag: ada.tag, password: password(caller) }),
    );
    expect(logins).toEqual({ fulfilled: 1, invalid_credentials: callers - 1 });
  },
);

it.each(linkKinds)(
  "with the limits on, thirty resets by one link are ten tries and one winner (%s)",
  async (kind) => {
    const world = makeWorld({ tokens: { reset: kind }, around: yielding() });
    await signUp(world);
    const token = await askForLink(world);
    const endings = await race((caller) => {
      const newPassword = `a password by caller number ${caller}`;
      return world.auth.resetPassword({ token, email: ada.email, newPassword }, network(caller));
    });
    expect(endings).toEqual({ fulfilled: 1, expired_token: 9, rate_limited: 20 });
  },
);

it("thirty changes of password in one session have one winner", async () => {
  const world = racing();
  const { caller, userId } = await signUpAndIn(world);
  const endings = await race((number) => {
    const newPassword = `a password by caller number ${number}`;
    return world.auth.changePassword({ caller, currentPassword: ada.password, newPassword }, home);
  });
  expect(endings["fulfilled"]).toBe(1);
  await world.auth.runJobs();
  expect(await world.ports.sessions.list(userId, world.clock.now())).toHaveLength(1);
});

it("thirty confirmations by one code make one user, once", async () => {
  const world = racing();
  const { registrationId, code } = await register(world, ada);
  const input = { email: ada.email, registrationId, confirmationCode: code };
  expect(await race(() => world.auth.confirm(input, home))).toEqual({
    ...{ fulfilled: 1, invalid_code: callers - 1 },
  });
});

it("confirmations of thirty claims to one email and tag at once make one user", async () => {
  const world = racing();
  const claims = await Promise.all(
    Array.from({ length: callers }, () => world.auth.register(ada, home)),
  );
  await world.auth.runJobs();
  const codes = new Map(
    world.calls
      .filter(({ method }) => method === "put")
      .map(({ args }) => (args[0] as { registrationId: string }).registrationId)
      .map((id, index) => [id, world.mailbox.messages[index]?.data]),
  );
  const endings = await race((caller) => {
    const registrationId = claims[caller]?.registrationId ?? "";
    const { code: confirmationCode } = codes.get(registrationId) as { code: string };
    return world.auth.confirm({ email: ada.email, registrationId, confirmationCode }, home);
  });
  expect(endings).toEqual({ fulfilled: 1, invalid_code: callers - 1 });
});

it("claims to one tag by thirty people: the first proof has it, the others choose again", async () => {
  const world = racing();
  const people = Array.from({ length: callers }, (_, n) => ({
    ...ada,
    email: `person${n}@example.org`,
  }));
  const claims = await Promise.all(people.map((person) => world.auth.register(person, home)));
  await world.auth.runJobs();
  const confirm = (caller: number, tag?: string) => {
    const { email } = people[caller] ?? ada;
    const { code } = world.mailbox.last(email, "confirmation_code").data;
    const registrationId = claims[caller]?.registrationId ?? "";
    return world.auth.confirm({ email, registrationId, confirmationCode: code, tag }, home);
  };
  expect(await race((caller) => confirm(caller))).toEqual({ fulfilled: 1, tag_taken: callers - 1 });
  const again = await race((caller) => confirm(caller, `ada-${caller}`));
  expect(again).toEqual({ fulfilled: callers - 1, invalid_code: 1 });
});

it.each([
  { door: "with the registration's id", withId: true, limit: 5 },
  { door: "without it", withId: false, limit: 15 },
])("wrong codes at once $door are compared $limit times", async ({ withId, limit }) => {
  const world = racing();
  const { registrationId, code } = await register(world, ada);
  world.forget();
  const base = { email: ada.email, ...(withId && { registrationId }) };
  const endings = await race((caller) => {
    const wrong = String((Number(code) + caller + 1) % 1_000_000).padStart(6, "0");
    return world.auth.confirm({ ...base, confirmationCode: wrong }, network(caller));
  });
  expect(endings).toEqual({ invalid_code: callers });
  const reasons = world.events.map((event) => ("reason" in event ? event.reason : ""));
  expect(reasons.filter((reason) => reason === "wrong")).toHaveLength(limit);
  expect(reasons.filter((reason) => reason === "exhausted")).toHaveLength(callers - limit);
  const right = world.auth.confirm({ ...base, confirmationCode: code }, home);
  await expect(right).rejects.toMatchObject({ code: "invalid_code" });
});

it("thirty logins at once leave as many sessions as are allowed", async () => {
  const world = racing({ sessions: { maxPerUser: 5 } });
  const { userId } = await signUp(world);
  expect(await race(() => signInOrThrow(world))).toEqual({ fulfilled: callers });
  expect(await world.ports.sessions.list(userId, world.clock.now())).toHaveLength(5);
});

async function signInOrThrow(world: World): Promise<void> {
  await world.auth.login({ tag: ada.tag, password: ada.password }, home);
}

it("thirty wrong passwords at once reach the hash five times", async () => {
  const world = makeWorld({ around: yielding() });
  await signUp(world);
  world.forget();
  const input = { tag: ada.tag, password: wrongPassword };
  const endings = await race(() => world.auth.login(input, elsewhere));
  expect(endings).toEqual({ invalid_credentials: 5, rate_limited: callers - 5 });
  expect(world.calls.filter(({ method }) => method === "verify")).toHaveLength(5);
});

it("thirty times closing all by one session raise the epoch once", async () => {
  const world = racing();
  const { caller, userId } = await signUpAndIn(world);
  await signIn(world);
  const endings = await race(() => world.auth.closeAllSessions({ caller }, home));
  expect(endings).toEqual({ fulfilled: 1, invalid_token: callers - 1 });
  expect(await world.ports.accounts.users.findById(userId)).toMatchObject({ epoch: 2 });
});

it("thirty registrations of one email by strangers leave its owner's account alone", async () => {
  const world = racing();
  const { pair } = await signUpAndIn(world);
  const endings = await race((caller) =>
    world.auth.register({ ...bob, tag: `bob${caller}`, email: ada.email }, network(caller)),
  );
  expect(endings).toEqual({ fulfilled: callers });
  await world.auth.runJobs();
  const { accessToken } = pair;
  await expect(world.auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
});

it("two workers at once mail each message once", async () => {
  const world = racing();
  for (let person = 0; person < 20; person += 1) {
    await world.auth.register({ ...ada, email: `person${person}@example.org` }, home);
  }
  const other = world.process();
  await Promise.all([world.auth.runJobs(), other.runJobs()]);
  expect(world.mailbox.messages).toHaveLength(20);
  expect(new Set(world.mailbox.messages.map(({ to }) => to)).size).toBe(20);
});
