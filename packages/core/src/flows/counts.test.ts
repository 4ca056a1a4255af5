import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { ada, askForLink, home, newPassword, signUp, signUpAndIn } from "../../test/people.ts";
import type { PortCall } from "../../test/ports.ts";
import { makeWorld, type World, type WorldOptions } from "../../test/world.ts";

// The counts of the performance budget. Counts cannot be noisy: one more is a slower flow.

/** Round trips of one flow: calls to the same place that were made together are one. */
function counting(options: WorldOptions = {}): {
  world: World;
  count: (act: () => Promise<unknown>) => Promise<Readonly<Record<string, number>>>;
} {
  const under = new Map<string, number>();
  const trips: Record<string, number> = {};
  const world = makeWorld({
    ...options,
    async around(call, proceed) {
      const place = placeOf(call);
      const together = under.get(place) ?? 0;
      if (together === 0 || place === "argon2") trips[place] = (trips[place] ?? 0) + 1;
      under.set(place, together + 1);
      try {
        return await proceed();
      } finally {
        under.set(place, (under.get(place) ?? 1) - 1);
      }
    },
  });
  const count = async (act: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> => {
    for (const place of Object.keys(trips)) delete trips[place];
    await act();
    return { argon2: 0, sql: 0, redis: 0, ...trips };
  };
  return { world, count };
}

function placeOf({ port }: PortCall): string {
  if (port === "hasher") return "argon2";
  if (port === "mailer") return "mail";
  return port === "users" || port === "outbox" ? "sql" : "redis";
}

it("register: one hash, one statement, two round trips", async () => {
  const { world, count } = counting();
  expect(await count(() => world.auth.register(ada, home))).toEqual({
    ...{ argon2: 1, sql: 1, redis: 2 },
  });
});

it("confirm: one statement, three round trips", async () => {
  const { world, count } = counting();
  const { registrationId } = await world.auth.register(ada, home);
  await world.auth.runJobs();
  const { code } = world.mailbox.last(ada.email, "confirmation_code").data;
  const input = { email: ada.email, registrationId, confirmationCode: code };
  expect(await count(() => world.auth.confirm(input, home))).toEqual({
    ...{ argon2: 0, sql: 1, redis: 3 },
  });
});

it("login: one hash, two statements, four round trips", async () => {
  const { world, count } = counting();
  await signUp(world);
  const input = { tag: ada.tag, password: ada.password };
  expect(await count(() => world.auth.login(input, home))).toEqual({
    ...{ argon2: 1, sql: 2, redis: 4 },
  });
});

it("authenticate: one round trip", async () => {
  const { world, count } = counting();
  const { accessToken } = (await signUpAndIn(world)).pair;
  expect(await count(() => world.auth.authenticate({ accessToken }, home))).toEqual({
    ...{ argon2: 0, sql: 0, redis: 1 },
  });
});

it("authenticate with a near cache: one round trip at first, then none for 2 s", async () => {
  const { world, count } = counting({ sessions: { nearCacheEntries: 1000 } });
  const { accessToken } = (await signUpAndIn(world)).pair;
  await world.auth.start();
  onTestFinished(() => world.auth.stop());
  // The worker has looked for jobs, and the cache listens.
  await setImmediate();
  const authenticate = (): Promise<unknown> => world.auth.authenticate({ accessToken }, home);
  const none = { argon2: 0, sql: 0, redis: 0 };
  for (const redis of [1, 0, 0]) expect(await count(authenticate)).toEqual({ ...none, redis });
  world.clock.advance({ seconds: 2 });
  for (const redis of [1, 0]) expect(await count(authenticate)).toEqual({ ...none, redis });
});

it("renew: one statement, one round trip; again within the grace the same", async () => {
  const { world, count } = counting();
  const { refreshToken } = (await signUpAndIn(world)).pair;
  const expected = { argon2: 0, sql: 1, redis: 1 };
  expect(await count(() => world.auth.renew({ refreshToken }, home))).toEqual(expected);
  expect(await count(() => world.auth.renew({ refreshToken }, home))).toEqual(expected);
});

it("logout: one round trip", async () => {
  const { world, count } = counting();
  const { accessToken, refreshToken } = (await signUpAndIn(world)).pair;
  expect(await count(() => world.auth.logout({ accessToken, refreshToken }, home))).toEqual({
    ...{ argon2: 0, sql: 0, redis: 1 },
  });
});

it("forgot: one statement, two round trips", async () => {
  const { world, count } = counting();
  await signUp(world);
  expect(await count(() => world.auth.forgotPassword({ email: ada.email }, home))).toEqual({
    ...{ argon2: 0, sql: 1, redis: 2 },
  });
});

it("reset: one hash, three statements, four round trips", async () => {
  const { world, count } = counting();
  await signUp(world);
  const token = await askForLink(world);
  const input = { token, email: ada.email, newPassword };
  expect(await count(() => world.auth.resetPassword(input, home))).toEqual({
    ...{ argon2: 1, sql: 3, redis: 4 },
  });
});

it("a login with the wrong password costs no more than one with the right", async () => {
  const { world, count } = counting();
  await signUp(world);
  const input = { tag: ada.tag, password: "nothing like the right one" };
  expect(await count(() => world.auth.login(input, home).catch(() => {}))).toEqual({
    ...{ argon2: 1, sql: 1, redis: 2 },
  });
});
