import { expect, it } from "vitest";
import { ada, aPerson, askForLink, home, newPassword, signUpAndIn } from "../../test/people.ts";
import { plainHasher } from "../../test/plain-hasher.ts";
import { traceOf } from "../../test/ports.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { Auth } from "../auth.ts";
import { boundedPool } from "../passwords/bounded-pool.ts";
import type { PasswordHasher } from "../ports/password-hasher.ts";

const busy = { code: "busy", status: 503, retryAfterSeconds: 1 };

/** A process that hashes one password at a time, lets one wait, and hashes only once it is told. */
function narrow(world: World): { auth: Auth; hash: () => void } {
  let hash = (): void => {};
  const told = new Promise<void>((resolve) => (hash = resolve));
  const pool = boundedPool({ concurrency: 1, queue: 1 });
  const plain = world.ports.hasher;
  const hasher: PasswordHasher = {
    ...plainHasher(),
    hash: (password) => pool.run(() => told.then(() => plain.hash(password))),
    verify: (stored, password) => pool.run(() => told.then(() => plain.verify(stored, password))),
  };
  return { auth: world.process({ passwords: { hasher } }), hash: () => hash() };
}

const reaching = (world: World, call: string): number =>
  traceOf(world.calls).filter((made) => made === call).length;

/** Waits until that many calls of a hash were made, whether they found a place or not. */
async function asked(world: World, hashes: number): Promise<void> {
  while (reaching(world, "hasher.hash") + reaching(world, "hasher.verify") < hashes) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How the calls ended: those refused must have been refused as busy. */
async function endings(calls: Promise<PromiseSettledResult<unknown>[]>): Promise<object> {
  const outcomes = await calls;
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of refused) expect(reason).toMatchObject(busy);
  return { done: outcomes.length - refused.length, busy: refused.length };
}

it("register answers busy beyond the queue, with nothing kept and nobody mailed", async () => {
  const world = makeWorld({ limits: "off" });
  const { auth, hash } = narrow(world);
  const all = Array.from({ length: 8 }, (_, n) => auth.register(aPerson(n), home));
  const calls = Promise.allSettled(all);
  await asked(world, 8);
  hash();
  expect(await endings(calls)).toEqual({ done: 2, busy: 6 });
  expect(reaching(world, "users.addRegistration")).toBe(2);
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(2);
});

it("login answers busy beyond the queue, with no session opened", async () => {
  const world = makeWorld({ limits: "off" });
  const { userId } = await signUpAndIn(world);
  const { auth, hash } = narrow(world);
  world.forget();
  const right = { tag: ada.tag, password: ada.password };
  const calls = Promise.allSettled(Array.from({ length: 8 }, () => auth.login(right, home)));
  await asked(world, 8);
  hash();
  expect(await endings(calls)).toEqual({ done: 2, busy: 6 });
  expect(await world.ports.sessions.list(userId, world.clock.now())).toHaveLength(3);
  await expect(auth.login(right, home)).resolves.toMatchObject({ tokenType: "Bearer" });
});

it("login answers busy for known, unknown, right and wrong alike", async () => {
  const world = makeWorld({ limits: "off" });
  await signUpAndIn(world);
  const { auth, hash } = narrow(world);
  world.forget();
  const right = { tag: ada.tag, password: ada.password };
  const held = Promise.all([auth.login(right, home), auth.login(right, home)]);
  await asked(world, 2);
  for (const input of [
    right,
    { tag: ada.tag, password: "a wrong password" },
    { tag: "nobody", password: "a wrong password" },
    { tag: "nobody@example.org", password: "a wrong password" },
  ]) {
    world.forget();
    await expect(auth.login(input, home)).rejects.toMatchObject(busy);
    expect(traceOf(world.calls)).toEqual(["users.findForLogin", "hasher.verify"]);
  }
  hash();
  await held;
});

it("reset and change answer busy with nothing changed; link and session go on", async () => {
  const world = makeWorld({ limits: "off" });
  const { userId, pair, caller } = await signUpAndIn(world);
  const token = await askForLink(world);
  const { auth, hash } = narrow(world);
  const before = await world.ports.accounts.users.findById(userId);
  world.forget();
  const held = Promise.all([7, 8].map((n) => auth.register(aPerson(n), home)));
  await asked(world, 2);
  const reset = { token, email: ada.email, newPassword };
  await expect(auth.resetPassword(reset, home)).rejects.toMatchObject(busy);
  const change = { caller, currentPassword: ada.password, newPassword };
  await expect(auth.changePassword(change, home)).rejects.toMatchObject(busy);
  expect(await world.ports.accounts.users.findById(userId)).toEqual(before);
  const { accessToken } = pair;
  await expect(auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
  hash();
  await held;
  await expect(auth.resetPassword(reset, home)).resolves.toBeUndefined();
});

it("whoever is signed in is served while hashes queue", async () => {
  const world = makeWorld({ limits: "off" });
  const { pair } = await signUpAndIn(world);
  const { accessToken, refreshToken } = pair;
  const { auth, hash } = narrow(world);
  world.forget();
  const all = Array.from({ length: 8 }, (_, n) => auth.register(aPerson(n), home));
  const flood = Promise.allSettled(all);
  await asked(world, 8);
  await expect(auth.authenticate({ accessToken }, home)).resolves.toBeDefined();
  await expect(auth.renew({ refreshToken }, home)).resolves.toBeDefined();
  await expect(auth.logout({ accessToken }, home)).resolves.toBeUndefined();
  hash();
  expect(await endings(flood)).toEqual({ done: 2, busy: 6 });
});
