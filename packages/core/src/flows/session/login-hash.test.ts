import { expect, it } from "vitest";
import { ada, bob, home, register, signIn, signUp, wrongPassword } from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { cheapArgon2, makeWorld, type World, type WorldOptions } from "../../../test/world.ts";
import { argon2Hasher, type Argon2Options } from "../../passwords/argon2-hasher.ts";
import type { PasswordHasher } from "../../ports/password-hasher.ts";
import { systemRandom } from "../../system.ts";

function realHasher(own: Partial<Argon2Options> = {}): PasswordHasher {
  return argon2Hasher({
    ...{ ...cheapArgon2, lanes: 1, concurrency: 2, queue: 50, random: systemRandom },
    ...own,
  });
}

const hashing = (own: Partial<Argon2Options> = {}): WorldOptions => ({
  passwords: { hasher: realHasher(own) },
});

/** Everybody a login may mean: each with what is typed, and none of it lets in. */
async function everyKind(world: World): Promise<Readonly<Record<string, [string, string]>>> {
  const { auth, ports } = world;
  await signUp(world);
  const disabled = await signUp(world, bob);
  await auth.disable({ userId: disabled.userId }, home);
  await register(world, { ...ada, email: "claim@example.org", tag: "claimed" });
  const passwordless = { ...ada, email: "none@example.org", tag: "passwordless" };
  const first = await auth.register(passwordless, home);
  const now = world.clock.now();
  const confirmation = {
    id: first.registrationId,
    attemptId: "1",
    withoutPassword: true,
    jobs: [],
  };
  await ports.accounts.users.confirmRegistration(confirmation, now);
  return {
    known: [ada.tag, wrongPassword],
    "known by email": [ada.email, wrongPassword],
    unknown: ["nobody", wrongPassword],
    "unknown by email": ["nobody@example.org", wrongPassword],
    disabled: [bob.tag, wrongPassword],
    "disabled with the right password": [bob.tag, bob.password],
    unconfirmed: ["claimed", wrongPassword],
    "unconfirmed by email": ["claim@example.org", ada.password],
    "without a password": ["passwordless", ada.password],
  };
}

/** `$argon2id$v=19$m=19456,t=2,p=1` of a hash. */
const parametersOf = (hash: unknown): string => String(hash).split("$").slice(0, 4).join("$");

it("A-05: every refused login verifies one hash of today's parameters, and makes the same calls", async () => {
  const world = makeWorld(hashing());
  const kinds = await everyKind(world);
  const traces = new Map<string, readonly string[]>();
  for (const [kind, [tag, password]] of Object.entries(kinds)) {
    world.forget();
    await expect(world.auth.login({ tag, password }, home)).rejects.toMatchObject({
      code: "invalid_credentials",
    });
    const verified = world.calls.filter(({ method }) => method === "verify");
    expect(verified.map(({ args }) => parametersOf(args[0]))).toEqual([
      "$argon2id$v=19$m=19456,t=2,p=1",
    ]);
    // Equal salts and tags too: what is longer takes longer to read.
    expect(String(verified[0]?.args[0])).toHaveLength(97);
    traces.set(kind, traceOf(world.calls));
  }
  const [first] = traces.values();
  expect(first).toEqual(["limits.take", "limits.take", "users.findForLogin", "hasher.verify"]);
  for (const trace of traces.values()) expect(trace).toEqual(first);
});

it("A-05: the limits of every kind are the same, and so is what they answer", async () => {
  const world = makeWorld();
  const kinds = await everyKind(world);
  const answers = new Map<string, string>();
  for (const [kind, [tag]] of Object.entries(kinds)) {
    const client = { ip: `192.0.2.${answers.size + 10}` };
    const codes: string[] = [];
    for (let time = 0; time < 7; time += 1) {
      const input = { tag, password: wrongPassword };
      const error: unknown = await world.auth
        .login(input, client)
        .catch((caught: unknown) => caught);
      codes.push(JSON.stringify(error));
    }
    answers.set(kind, codes.join());
  }
  expect(new Set(answers.values()).size).toBe(1);
});

it("A-05: an unconfirmed claim with the right password costs the same until it is told apart", async () => {
  const world = makeWorld();
  await register(world, ada);
  world.forget();
  const attempt = world.auth.login({ tag: ada.tag, password: ada.password }, home);
  await expect(attempt).rejects.toMatchObject({ code: "unconfirmed" });
  expect(traceOf(world.calls)).toEqual([
    ...["limits.take", "limits.take", "users.findForLogin", "hasher.verify"],
  ]);
});

it("A-06: passwords that differ late, by a trailing space or in case are different ones", async () => {
  const world = makeWorld(hashing());
  const long = `${"a long way to the seventy-second byte and then ".repeat(2)}some`;
  expect(Buffer.byteLength(long)).toBeGreaterThan(72);
  await signUp(world, { ...ada, password: long });
  for (const typed of [
    `${long.slice(0, -1)}x`,
    `${long} `,
    long.slice(0, 72),
    long.toUpperCase(),
  ]) {
    const attempt = world.auth.login({ tag: ada.tag, password: typed }, home);
    await expect(attempt).rejects.toMatchObject({ code: "invalid_credentials" });
  }
  await expect(signIn(world, { tag: ada.tag, password: long })).resolves.toBeDefined();
});

it("A-06: a password with a NUL or an ill-formed character is refused, not cut or replaced", async () => {
  const world = makeWorld(hashing());
  for (const password of [
    `${ada.password}\u0000more`,
    `${ada.password}\ud800`,
    "\ufffd".repeat(15),
  ]) {
    await expect(world.auth.register({ ...ada, password }, home)).rejects.toMatchObject({
      fields: [{ path: "password", rule: "ill_formed" }],
    });
  }
});

it("A-07: what is stored is argon2id with the configured parameters, and a login renews an older one", async () => {
  const world = makeWorld(hashing());
  const { userId } = await signUp(world);
  const { users } = world.ports.accounts;
  const stored = async (): Promise<string> => (await users.findById(userId))?.passwordHash ?? "";
  const before = await stored();
  expect(before).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);

  const raised = world.process({
    passwords: { ...cheapArgon2, passes: 3 },
    argon2: true,
  });
  world.forget();
  await raised.login({ tag: ada.tag, password: ada.password }, home);
  const after = await stored();
  expect(parametersOf(after)).toBe("$argon2id$v=19$m=19456,t=3,p=1");
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "password.rehashed", userId }),
  );

  world.forget();
  await raised.login({ tag: ada.tag, password: ada.password }, home);
  expect(await stored()).toBe(after);
  expect(world.eventNames()).not.toContain("password.rehashed");
  await expect(world.auth.login({ tag: ada.tag, password: wrongPassword }, home)).rejects.toThrow(
    "invalid_credentials",
  );
});

it("A-07: a wrong password renews nothing", async () => {
  const world = makeWorld(hashing());
  await signUp(world);
  const raised = world.process({ passwords: { ...cheapArgon2, passes: 3 }, argon2: true });
  world.forget();
  const attempt = raised.login({ tag: ada.tag, password: wrongPassword }, home);
  await expect(attempt).rejects.toMatchObject({ code: "invalid_credentials" });
  expect(traceOf(world.calls)).not.toContain("users.rehash");
});

it("a hash that cannot be renewed does not cost the login", async () => {
  const world = makeWorld(hashing());
  await signUp(world);
  const raised = world.process({
    passwords: { ...cheapArgon2, passes: 3 },
    argon2: true,
    async around(call, proceed) {
      if (call.method === "rehash") throw new Error("connection lost");
      return proceed();
    },
  });
  await expect(raised.login({ tag: ada.tag, password: ada.password }, home)).resolves.toMatchObject(
    { tokenType: "Bearer" },
  );
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "fault", where: "login.rehash" }),
  );
});

it("renewing a hash never brings an old password back", async () => {
  const old = hashing();
  const world: World = makeWorld(old);
  const { userId } = await signUp(world);
  const raised = world.process({
    passwords: { ...cheapArgon2, passes: 3 },
    argon2: true,
    async around(call, proceed) {
      if (call.method === "rehash") {
        // The password is changed elsewhere between the login and the renewal of its hash.
        const change = { userId, epoch: 1, passwordHash: "changed", jobs: [] };
        await world.ports.accounts.users.changePassword(change, world.clock.now());
      }
      return proceed();
    },
  });
  await raised.login({ tag: ada.tag, password: ada.password }, home);
  expect(await world.ports.accounts.users.findById(userId)).toMatchObject({
    passwordHash: "changed",
  });
});

it("an extended hasher verifies what it knows, in the pool that core's own hashes share", async () => {
  const world = makeWorld({ limits: "off" });
  await signUp(world);
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const auth = world.process({
    argon2: true,
    passwords: {
      ...{ concurrency: 1, queue: 0 },
      extend: (own, pool) => ({
        ...own,
        verify: (stored, password) =>
          stored.startsWith("$argon2")
            ? own.verify(stored, password)
            : pool.run(() => held.then(() => stored.endsWith(password))),
      }),
    },
  });
  const first = auth.login({ tag: ada.tag, password: wrongPassword }, home);
  // Nobody has this tag, so this one is verified by core's own hasher.
  const second = auth.login({ tag: "nobody", password: wrongPassword }, home);
  await expect(second).rejects.toMatchObject({ code: "busy" });
  letGo();
  await expect(first).rejects.toMatchObject({ code: "invalid_credentials" });
});
