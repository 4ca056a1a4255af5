import { expect, it } from "vitest";
import {
  ada,
  elsewhere,
  home,
  network,
  register,
  signIn,
  signUp,
  wrongPassword,
} from "../../test/people.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { ClientInput } from "../domain/client.ts";
import { isAuthError } from "../errors.ts";

/** One wrong password; answers how long to wait before the next, 0 if it was compared. */
async function guess(world: World, client: ClientInput, tag: string = ada.tag): Promise<number> {
  const error: unknown = await world.auth
    .login({ tag, password: wrongPassword }, client)
    .catch((caught: unknown) => caught);
  return isAuthError(error, "rate_limited") ? (error.retryAfterSeconds ?? 0) : 0;
}

const compared = (world: World): number =>
  world.events.filter((event) => event.name === "login.failed").length;

it("a stranger who guesses as fast as possible does not lock the owner out elsewhere", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let time = 0; time < 200; time += 1) await guess(world, elsewhere);
  expect(compared(world)).toBe(5);
  await expect(signIn(world)).resolves.toBeDefined();
  await expect(signIn(world, { ...ada, tag: ada.email })).resolves.toBeDefined();
});

it("nor does one who guesses as often as is allowed, from one network, for days", async () => {
  const world = makeWorld();
  await signUp(world);
  const end = world.clock.now().getTime() + 3 * 86_400_000;
  while (world.clock.now().getTime() < end) {
    const wait = await guess(world, elsewhere);
    world.clock.advance({ seconds: wait });
    await expect(signIn(world)).resolves.toBeDefined();
  }
  expect(compared(world)).toBeGreaterThan(80);
});

it("guesses from everywhere stay under a hundred a day over both doors", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let n = 0; n < 300; n += 1) {
    await guess(world, network(n));
    await guess(world, network(n + 1000), ada.email);
    world.clock.advance({ seconds: 200 });
  }
  expect(compared(world)).toBe(88);
});

it("what a blocked network tries on does not count against the identifier", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let time = 0; time < 500; time += 1) await guess(world, elsewhere);
  expect(compared(world)).toBe(5);
  for (let n = 0; n < 39; n += 1) expect(await guess(world, network(n))).toBe(0);
  expect(await guess(world, network(100))).toBeGreaterThan(0);
  expect(compared(world)).toBe(44);
});

it("a network that failed too often is refused before any identifier counts", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let n = 0; n < 50; n += 1) await guess(world, elsewhere, `tag${n}`);
  expect(await guess(world, elsewhere)).toBe(900);
  world.forget();
  for (let time = 0; time < 60; time += 1) await guess(world, elsewhere);
  const subjects = new Set(world.calls.map(({ args }) => args[0]));
  expect(subjects.size).toBe(1);
  await expect(signIn(world)).resolves.toBeDefined();
});

it("tag and email are counted apart, so that limits do not tell which belong together", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let time = 0; time < 6; time += 1) await guess(world, home);
  expect(await guess(world, home)).toBeGreaterThan(0);
  expect(await guess(world, home, ada.email)).toBe(0);
  await expect(signIn(world, { ...ada, tag: ada.email })).resolves.toBeDefined();
});

it("spellings of one identifier are counted together", async () => {
  const world = makeWorld();
  await signUp(world);
  for (const tag of ["ada", "ADA", "Ada", "aDa", "adA"]) await guess(world, home, tag);
  expect(await guess(world, home, "AdA")).toBe(1);
  for (const tag of ["ada@example.org", "ADA@EXAMPLE.ORG", "Ada@example.ORG"]) {
    await guess(world, home, tag);
    await guess(world, home, tag);
  }
  expect(await guess(world, home, ada.email)).toBe(1);
});

it("spellings of one address are one network, and so is an IPv6 /64", async () => {
  const world = makeWorld();
  await signUp(world);
  for (const ip of ["192.0.2.5", "::ffff:192.0.2.5", "::FFFF:c000:205", "192.0.2.5"]) {
    await guess(world, { ip });
  }
  await guess(world, { ip: "192.0.2.5" });
  expect(await guess(world, { ip: "::ffff:c000:0205" })).toBe(1);
  for (let n = 1; n < 6; n += 1) await guess(world, { ip: `2001:db8:0:1::${n}` });
  expect(await guess(world, { ip: "2001:DB8:0:1:ffff::1" })).toBe(1);
  expect(await guess(world, { ip: "2001:db8:0:2::1" })).toBe(0);
});

it.each(["", "localhost", "192.0.2", "<script>", "fe80::1%eth0", "192.0.2.1, 10.0.0.1"])(
  "%j is no address to count by: the application is told",
  async (ip) => {
    const world = makeWorld();
    const attempt = world.auth.login({ tag: ada.tag, password: ada.password }, { ip });
    await expect(attempt).rejects.toBeInstanceOf(TypeError);
    expect(world.calls).toEqual([]);
  },
);

it("a success forgets the failures of this network and gives its own count back", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let round = 0; round < 20; round += 1) {
    for (let time = 0; time < 2; time += 1) expect(await guess(world, home)).toBe(0);
    await signIn(world);
  }
  // Forty failures; twenty logins took nothing from the forty-four.
  for (let n = 0; n < 4; n += 1) expect(await guess(world, network(n))).toBe(0);
  expect(await guess(world, network(9))).toBeGreaterThan(0);
});

it("logins that succeed never use a limit up", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let time = 0; time < 120; time += 1) await signIn(world);
  expect(await guess(world, home)).toBe(0);
});

it("a success from one network gives nothing back to another", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let time = 0; time < 5; time += 1) await guess(world, elsewhere);
  await signIn(world);
  expect(await guess(world, elsewhere)).toBe(1);
});

it("the right password of a claim is no success: its tries count on", async () => {
  const world = makeWorld();
  await register(world, ada);
  for (let time = 0; time < 5; time += 1) {
    const attempt = world.auth.login({ tag: ada.tag, password: ada.password }, home);
    await expect(attempt).rejects.toMatchObject({ code: "unconfirmed" });
  }
  const sixth = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(sixth).rejects.toMatchObject({ code: "rate_limited" });
});

it("limits of an unknown identifier are those of a known one", async () => {
  const world = makeWorld();
  await signUp(world);
  const waits = async (tag: string, client: ClientInput): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let time = 0; time < 8; time += 1) seen.push(await guess(world, client, tag));
    return seen;
  };
  expect(await waits("nobody", network(1))).toEqual(await waits(ada.tag, network(2)));
});

it("registrations of one email are counted by network: elsewhere its owner still may", async () => {
  const codesByEmail = { limit: 1000, windowSeconds: 3600 };
  const world = makeWorld({ limits: { codesByEmail } });
  for (let n = 0; n < 5; n += 1) await world.auth.register({ ...ada, tag: `tag${n}` }, elsewhere);
  const sixth = world.auth.register({ ...ada, tag: "tag6" }, elsewhere);
  await expect(sixth).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 3600 });
  await expect(world.auth.register(ada, home)).resolves.toMatchObject({ tag: ada.tag });
});

it("a locked identifier keeps the owner's sessions and the way by mail open", async () => {
  const world = makeWorld();
  await signUp(world);
  const { pair } = await signIn(world);
  for (let n = 0; n < 44; n += 1) await guess(world, network(n));
  expect(await guess(world, network(99))).toBeGreaterThan(0);
  const { accessToken, refreshToken } = pair;
  await expect(world.auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
  await expect(world.auth.renew({ refreshToken }, home)).resolves.toBeDefined();
  await world.auth.forgotPassword({ email: ada.email }, home);
  await world.auth.runJobs();
  expect(world.mailbox.last(ada.email).kind).toBe("reset_link");
  // The other door has a lock of its own.
  await expect(signIn(world, { ...ada, tag: ada.email })).resolves.toBeDefined();
});
