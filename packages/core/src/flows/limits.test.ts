import { expect, it } from "vitest";
import {
  ada,
  aPerson,
  askForCode,
  askForLink,
  elsewhere,
  home,
  network,
  newPassword,
  register,
  signUp,
  signUpAndIn,
  wrongPassword,
} from "../../test/people.ts";
import { byCode, makeWorld, type World } from "../../test/world.ts";
import { defaultLimits, type LimitName, type Limits } from "../domain/limits.ts";

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** All limits but one so wide that they are not reached. */
function onlyWith(kept: LimitName): Partial<Limits> {
  const wide = Object.entries(defaultLimits)
    .filter(([name]) => name !== kept)
    .map(([name, numbers]) => [
      name,
      "free" in numbers ? { ...numbers, free: 1000 } : { ...numbers, limit: 1_000_000 },
    ]);
  return Object.fromEntries(wide) as Partial<Limits>;
}

type Attempt = (n: number) => Promise<unknown>;

/** For each limit, attempts that count on it and would otherwise go on. */
const attempts: readonly (readonly [LimitName, (world: World) => Promise<Attempt>])[] = [
  [
    "registerByNetwork",
    async ({ auth }) =>
      (n) =>
        auth.register(aPerson(n), home),
  ],
  [
    "registerByEmailAndNetwork",
    async ({ auth }) =>
      (n) =>
        auth.register({ ...aPerson(n), email: ada.email }, home),
  ],
  [
    "codesByEmail",
    async ({ auth }) =>
      (n) =>
        auth.register({ ...aPerson(n), email: ada.email }, network(n)),
  ],
  [
    "codesByEmailDaily",
    async ({ auth }) =>
      (n) =>
        auth.register({ ...aPerson(n), email: ada.email }, network(n)),
  ],
  [
    "confirmByNetwork",
    async ({ auth }) =>
      (n) =>
        ignoring(auth.confirm({ ...aCode, email: `x${n}@example.org` }, home)),
  ],
  [
    "confirmByRegistration",
    async ({ auth }) =>
      (n) =>
        ignoring(auth.confirm({ ...aCode, registrationId: uuid(0) }, network(n))),
  ],
  [
    "confirmByEmail",
    async ({ auth }) =>
      (n) =>
        ignoring(auth.confirm(aCode, network(n))),
  ],
  [
    "resendByNetwork",
    async ({ auth }) =>
      (n) =>
        auth.resendCode({ email: `x${n}@example.org`, registrationId: uuid(n) }, home),
  ],
  ...(["", "Hourly", "Daily"] as const).map((over): (typeof attempts)[number] => [
    `resendByRegistration${over}`,
    async ({ auth }) =>
      (n) =>
        auth.resendCode({ email: `x${n}@example.org`, registrationId: uuid(0) }, network(n)),
  ]),
  [
    "loginByNetwork",
    async ({ auth }) =>
      (n) =>
        ignoring(auth.login({ tag: `tag${n}`, password: "x" }, home)),
  ],
  [
    "loginByIdentifier",
    async ({ auth }) =>
      (n) =>
        ignoring(auth.login({ tag: ada.tag, password: "x" }, network(n))),
  ],
  [
    "forgotByNetwork",
    async ({ auth }) =>
      (n) =>
        auth.forgotPassword({ email: `x${n}@example.org` }, home),
  ],
  [
    "resetByNetwork",
    async ({ auth }) =>
      () =>
        ignoring(auth.resetPassword({ token: "x", email: ada.email, newPassword }, home)),
  ],
  [
    "resetByLink",
    async (world) => {
      await signUp(world);
      const token = await askForLink(world);
      return (n) => {
        const input = { token, email: "guess@example.org", newPassword };
        return ignoring(world.auth.resetPassword(input, network(n)));
      };
    },
  ],
  [
    "resetCodeByEmail",
    async ({ auth }) =>
      (n) => {
        const guess = { requestId: uuid(n), email: ada.email, code: "000000", newPassword };
        return ignoring(auth.resetPasswordByCode(guess, network(n)));
      },
  ],
  ["changePasswordBySession", guessingInASession],
  ["changePasswordBySessionDaily", guessingInASession],
];

async function guessingInASession(world: World): Promise<(n: number) => Promise<unknown>> {
  const { caller } = await signUpAndIn(world);
  return (n) => {
    const input = { caller, currentPassword: wrongPassword, newPassword };
    return ignoring(world.auth.changePassword(input, network(n)));
  };
}

const aCode = { email: ada.email, confirmationCode: "000000" };

/** Refusals that have nothing to do with limits are what these attempts are made of. */
async function ignoring(attempt: Promise<unknown>): Promise<void> {
  await attempt.catch((error: unknown) => {
    if ((error as { code?: string }).code === "rate_limited") throw error;
  });
}

it.each(attempts)(
  "%s holds at its default, says how long to wait, and ends",
  async (name, prepare) => {
    const world = makeWorld({ limits: onlyWith(name) });
    const attempt = await prepare(world);
    const numbers: { limit?: number; windowSeconds: number } = defaultLimits[name];
    const { limit = 0, windowSeconds } = numbers;
    for (let n = 0; n < limit; n += 1) await expect(attempt(n)).resolves.not.toBeNull();
    world.clock.advance({ seconds: 7 });
    world.forget();
    for (const n of [limit, limit + 1]) {
      await expect(attempt(n)).rejects.toMatchObject({
        ...{ code: "rate_limited", status: 429, retryAfterSeconds: windowSeconds - 7 },
      });
    }
    expect(world.events.filter((event) => event.name === "limit.hit")).toMatchObject([
      { limit: name },
      { limit: name },
    ]);
    // A link does not live as long as its limit.
    if (name === "resetByLink") return;
    world.clock.advance({ seconds: windowSeconds - 8 });
    await expect(attempt(limit + 2)).rejects.toMatchObject({ retryAfterSeconds: 1 });
    world.clock.advance({ seconds: 1 });
    await expect(attempt(limit + 3)).resolves.not.toBeNull();
  },
);

it("every limit is tried here, below or in mail-limits.test.ts", () => {
  const below: LimitName[] = [
    ...(["loginByIdentifierAndNetwork", "forgotByEmail", "forgotByEmailHourly"] as const),
    "mailsToNewAddresses",
  ];
  const tried = [...attempts.map(([name]) => name), ...below];
  expect(tried.toSorted()).toEqual(Object.keys(defaultLimits).toSorted());
});

it("loginByIdentifierAndNetwork: five at will, then waits that double", async () => {
  const world = makeWorld();
  const login = () => world.auth.login({ tag: ada.tag, password: wrongPassword }, home);
  for (let time = 0; time < 5; time += 1) {
    await expect(login()).rejects.toMatchObject({ code: "invalid_credentials" });
  }
  const { baseSeconds, maxSeconds } = defaultLimits.loginByIdentifierAndNetwork;
  for (let time = 0; time < 14; time += 1) {
    const wait = Math.min(baseSeconds * 2 ** time, maxSeconds);
    await expect(login()).rejects.toMatchObject({ retryAfterSeconds: wait });
    world.clock.advance({ seconds: wait - 1 });
    await expect(login()).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    world.clock.advance({ seconds: 1 });
    await expect(login()).rejects.toMatchObject({ code: "invalid_credentials" });
  }
});

it("registerByEmailAndNetwork: each email of a network is counted apart", async () => {
  const world = makeWorld({ limits: onlyWith("registerByEmailAndNetwork") });
  for (let n = 0; n < 20; n += 1) await world.auth.register(aPerson(n), home);
  for (let n = 20; n < 24; n += 1) {
    await world.auth.register({ ...aPerson(n), email: aPerson(0).email }, home);
  }
  const sixth = { ...aPerson(24), email: aPerson(0).email };
  await expect(world.auth.register(sixth, home)).rejects.toMatchObject({ code: "rate_limited" });
});

it("forgotByEmail and forgotByEmailHourly: over them nothing is left to mail, and nobody is told", async () => {
  const world = makeWorld();
  const left = (): number =>
    world.calls.filter(
      ({ method, args }) =>
        method === "enqueue" && JSON.stringify(args).includes('"overLimit":false'),
    ).length;
  const forgot = (n: number) => world.auth.forgotPassword({ email: ada.email }, network(n));
  await forgot(1);
  world.clock.advance({ seconds: 59 });
  await forgot(2);
  expect(left()).toBe(1);
  world.clock.advance({ seconds: 1 });
  await forgot(3);
  world.clock.advance({ minutes: 1 });
  await forgot(4);
  expect(left()).toBe(3);
  world.clock.advance({ minutes: 57 });
  await forgot(5);
  expect(left()).toBe(3);
  world.clock.advance({ minutes: 1 });
  await forgot(6);
  expect(left()).toBe(4);
  expect(world.eventNames().filter((name) => name === "limit.hit")).toHaveLength(2);
});

it("counts before it works: a refused attempt reaches no hash, no account and no code", async () => {
  const world = makeWorld();
  const { registrationId, code } = await register(world, ada);
  for (let time = 0; time < 60; time += 1) {
    await ignoring(world.auth.confirm({ ...aCode, email: `x${time}@example.org` }, elsewhere));
  }
  world.forget();
  const input = { email: ada.email, registrationId, confirmationCode: code };
  await expect(world.auth.confirm(input, elsewhere)).rejects.toMatchObject({
    code: "rate_limited",
  });
  expect(world.calls.map(({ port }) => port)).toEqual(["limits"]);
  await expect(world.auth.confirm(input, home)).resolves.toBeDefined();
});

it("switched off, nothing is counted or given back", async () => {
  const world = makeWorld({ limits: "off" });
  const { caller } = await signUpAndIn(world);
  const token = await askForLink(world);
  for (let time = 0; time < 60; time += 1) {
    await ignoring(world.auth.login({ tag: ada.tag, password: wrongPassword }, home));
    await ignoring(world.auth.resetPassword({ token, email: "x@example.org", newPassword }, home));
    await world.auth.forgotPassword({ email: ada.email }, home);
    const change = { caller, currentPassword: wrongPassword, newPassword };
    await ignoring(world.auth.changePassword(change, home));
  }
  await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
  expect(world.calls.map(({ port }) => port)).not.toContain("limits");
});

it("switched off, a reset by code gives nothing back either", async () => {
  const world = makeWorld({ ...byCode, limits: "off" });
  await signUp(world);
  const mailed = await askForCode(world);
  await world.auth.resetPasswordByCode({ ...mailed, newPassword }, home);
  expect(world.calls.map(({ port }) => port)).not.toContain("limits");
});

it("a single limit can be set, and the others keep their defaults", async () => {
  const world = makeWorld({ limits: { registerByNetwork: { limit: 1, windowSeconds: 60 } } });
  await world.auth.register(aPerson(1), home);
  const second = world.auth.register(aPerson(2), home);
  await expect(second).rejects.toMatchObject({ retryAfterSeconds: 60 });
  const { registrationId } = await world.auth.register(aPerson(3), elsewhere);
  const resend = () => world.auth.resendCode({ email: aPerson(3).email, registrationId }, home);
  await resend();
  await expect(resend()).rejects.toMatchObject({ retryAfterSeconds: 60 });
});

it("what is stored to count by is no address, email or tag", async () => {
  const world = makeWorld();
  await ignoring(world.auth.login({ tag: ada.email, password: wrongPassword }, home));
  await ignoring(world.auth.forgotPassword({ email: ada.email }, home));
  const stored = JSON.stringify(world.calls.filter(({ port }) => port === "limits"));
  expect(stored).not.toContain(ada.email);
  expect(stored).not.toContain(home.ip);
  expect(stored).toContain("loginByIdentifier");
});
