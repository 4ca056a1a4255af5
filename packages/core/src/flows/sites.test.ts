import { expect, it } from "vitest";
import { ada, aPerson, signIn, signUp, wrongPassword } from "../../test/people.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { ClientInput } from "../domain/client.ts";
import { isAuthError } from "../errors.ts";

// Whoever holds an IPv6 /48 has 65,536 networks of /64: together they have ten times one's budget.

const at = (site: number, network: number): ClientInput => ({
  ip: `2001:db8:${site.toString(16)}:${network.toString(16)}::1`,
});

/** Seconds to wait; 0 where it was compared. */
async function guess({ auth }: World, tag: string, client: ClientInput): Promise<number> {
  const error: unknown = await auth
    .login({ tag, password: wrongPassword }, client)
    .catch((caught: unknown) => caught);
  return isAuthError(error, "rate_limited") ? (error.retryAfterSeconds ?? 0) : 0;
}

it("all networks of a /48 share ten times the budget of one, and another /48 has its own", async () => {
  const world = makeWorld();
  await signUp(world);
  for (let n = 0; n < 500; n += 1) expect(await guess(world, `tag${n}`, at(1, n))).toBe(0);
  expect(await guess(world, "another", at(1, 500))).toBe(900);
  expect(world.events.at(-1)).toMatchObject({ name: "limit.hit", limit: "loginByNetwork" });
  expect(await guess(world, "another", at(2, 0))).toBe(0);
  await expect(signIn(world, ada, { ip: "192.0.2.1" })).resolves.toBeDefined();
});

it("what one network is refused takes nothing from its neighbours in the /48", async () => {
  const world = makeWorld();
  for (let n = 0; n < 1000; n += 1) await guess(world, `tag${n}`, at(1, 0));
  for (let n = 0; n < 450; n += 1) expect(await guess(world, `tag${n}`, at(1, 1 + n))).toBe(0);
  expect(await guess(world, "another", at(1, 999))).toBe(900);
});

it("what network and /48 both refuse gives the /48 nothing back", async () => {
  const loginByNetwork = { limit: 2, windowSeconds: 900 };
  const world = makeWorld({ ipv6SiteFactor: 1, limits: { loginByNetwork } });
  for (let n = 0; n < 2; n += 1) expect(await guess(world, `tag${n}`, at(1, 1))).toBe(0);
  for (let n = 2; n < 9; n += 1) expect(await guess(world, `tag${n}`, at(1, 1))).toBe(900);
  expect(await guess(world, "another", at(1, 2))).toBe(900);
});

it("an IPv4 address has no /48 that anything is counted or given back for", async () => {
  const world = makeWorld();
  await signUp(world);
  world.forget();
  await signIn(world, ada, { ip: "192.0.2.1" });
  const subjects = world.calls
    .filter(({ port, method }) => port === "limits" && method === "take")
    .map(({ args }) => args[0]);
  expect(subjects).toHaveLength(2);
  const forgiving = world.calls.find(({ method }) => method === "forgive");
  expect(forgiving?.args[0]).toMatchObject(subjects.map((subject) => ({ subject })));
});

it("logins that succeed use up neither", async () => {
  const world = makeWorld({ limits: { loginByNetwork: { limit: 2, windowSeconds: 900 } } });
  await signUp(world);
  for (let n = 0; n < 40; n += 1) await signIn(world, ada, at(1, n % 3));
  expect(world.eventNames()).not.toContain("limit.hit");
});

it("the factor is an option, and IPv4 has no such neighbours", async () => {
  const registerByNetwork = { limit: 1, windowSeconds: 60 };
  const world = makeWorld({ ipv6SiteFactor: 2, limits: { registerByNetwork } });
  await world.auth.register(aPerson(1), at(1, 1));
  await world.auth.register(aPerson(2), at(1, 2));
  await expect(world.auth.register(aPerson(3), at(1, 3))).rejects.toMatchObject({
    ...{ code: "rate_limited", retryAfterSeconds: 60 },
  });
  for (let n = 10; n < 20; n += 1) await world.auth.register(aPerson(n), { ip: `192.0.2.${n}` });
});

it("the /48 is counted in the same round trip as the network", async () => {
  const trips: string[] = [];
  let under = 0;
  const world = makeWorld({
    async around({ port, method }, proceed) {
      if (port !== "limits") return proceed();
      if (under === 0) trips.push(method);
      under += 1;
      try {
        return await proceed();
      } finally {
        under -= 1;
      }
    },
  });
  await signUp(world);
  trips.length = 0;
  await signIn(world, ada, at(1, 1));
  expect(trips).toEqual(["take", "take", "forgive"]);
});
