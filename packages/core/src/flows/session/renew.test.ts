import { expect, it } from "vitest";
import { elsewhere, home, signIn, signUpAndIn, type SignedIn } from "../../../test/people.ts";
import { traceOf } from "../../../test/ports.ts";
import { makeWorld, type World } from "../../../test/world.ts";
import type { TokenPair } from "../../tokens/token-pair.ts";

const refusal = { code: "invalid_token", status: 401 };

const renew = (world: World, { refreshToken }: Pick<TokenPair, "refreshToken">) =>
  world.auth.renew({ refreshToken }, home);

const authenticate = (world: World, { accessToken }: Pick<TokenPair, "accessToken">) =>
  world.auth.authenticate({ accessToken }, home);

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
}

it("answers the next pair of the same session; both of its tokens work", async () => {
  const world = makeWorld();
  const { pair, caller } = await signUpAndIn(world);
  world.clock.advance({ minutes: 5 });
  world.forget();
  const next = await renew(world, pair);
  expect(traceOf(world.calls)).toEqual(["users.findById", "sessions.rotate"]);
  expect(world.eventNames()).toEqual(["session.renewed"]);
  expect(next.refreshToken).not.toBe(pair.refreshToken);
  expect(next.accessToken).not.toBe(pair.accessToken);
  expect(await authenticate(world, next)).toEqual(caller);
  expect(claimsOf(next.refreshToken)).toMatchObject({ sid: caller.sessionId, gen: 1 });
  await expect(renew(world, next)).resolves.toBeDefined();
});

it("within the grace the same token gets the same pair again, and an event says so", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  const next = await renew(world, pair);
  world.clock.advance({ seconds: 9 });
  world.forget();
  const again = await world.auth.renew({ refreshToken: pair.refreshToken }, elsewhere);
  expect(again).toMatchObject({
    accessToken: next.accessToken,
    refreshToken: next.refreshToken,
    expiresIn: next.expiresIn - 9,
  });
  expect(world.events).toMatchObject([{ name: "session.repeated", ip: elsewhere.ip }]);
});

it("A-21: after the grace the old token ends its session, the newest tokens included", async () => {
  const world = makeWorld();
  const mine = await signUpAndIn(world);
  const other = await signIn(world);
  const second = await renew(world, mine.pair);
  world.clock.advance({ seconds: 10 });
  world.forget();
  await expect(renew(world, mine.pair)).rejects.toMatchObject(refusal);
  expect(world.eventNames()).toEqual(["token.replayed"]);
  await expect(renew(world, second)).rejects.toMatchObject(refusal);
  await expect(authenticate(world, second)).rejects.toMatchObject(refusal);
  await expect(authenticate(world, other.pair)).resolves.toEqual(other.caller);
  await expect(renew(world, other.pair)).resolves.toBeDefined();
});

it("A-21: a token two generations old ends its session even at once", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  const second = await renew(world, pair);
  const third = await renew(world, second);
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  await expect(renew(world, third)).rejects.toMatchObject(refusal);
});

it("A-21: without a grace the first repetition ends the session", async () => {
  const world = makeWorld({ tokens: { refreshGraceSeconds: 0 } });
  const { pair } = await signUpAndIn(world);
  const next = await renew(world, pair);
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  await expect(renew(world, next)).rejects.toMatchObject(refusal);
});

it("garbage, forged, expired and foreign tokens end nothing", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  const foreign = await signUpAndIn(makeWorld({ publicUrl: "https://other.example.org" }));
  const [header = "", payload = ""] = pair.refreshToken.split(".");
  const signature = foreign.pair.refreshToken.split(".")[2] ?? "";
  for (const refreshToken of [
    ...["x", "a.b.c", "..", `${header}.${payload}.`, `${header}.${payload}.${signature}`],
    ...[pair.accessToken, foreign.pair.refreshToken, "x".repeat(8192)],
  ]) {
    world.forget();
    await expect(renew(world, { refreshToken })).rejects.toMatchObject(refusal);
    expect(traceOf(world.calls)).toEqual([]);
  }
  await expect(authenticate(world, pair)).resolves.toBeDefined();
  await expect(renew(world, pair)).resolves.toBeDefined();
});

it("an old token whose own time is over ends nothing either", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  world.clock.advance({ days: 6 });
  const next = await renew(world, pair);
  world.clock.advance({ days: 1, seconds: 5 });
  world.forget();
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  expect(traceOf(world.calls)).toEqual([]);
  await expect(renew(world, next)).resolves.toBeDefined();
});

it("A-26: a session ends when nobody renews it for seven days", async () => {
  const world = makeWorld();
  const { pair } = await signUpAndIn(world);
  world.clock.advance({ days: 6, hours: 23, minutes: 59, seconds: 59 });
  const next = await renew(world, pair);
  expect(next.refreshExpiresIn).toBe(604_800);
  world.clock.advance({ days: 7 });
  await expect(renew(world, next)).rejects.toMatchObject(refusal);
});

it("A-26: no renewing carries a session past thirty days, and its tokens say so", async () => {
  const world = makeWorld();
  const signedIn: SignedIn = await signUpAndIn(world);
  let { pair } = signedIn;
  for (let day = 6; day < 30; day += 6) {
    world.clock.advance({ days: 6 });
    pair = await renew(world, pair);
  }
  world.clock.advance({ days: 5, hours: 23, minutes: 55 });
  pair = await renew(world, pair);
  expect(pair).toMatchObject({ expiresIn: 300, refreshExpiresIn: 300 });
  await expect(authenticate(world, pair)).resolves.toBeDefined();
  world.clock.advance({ minutes: 5 });
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  await expect(authenticate(world, pair)).rejects.toMatchObject(refusal);
});

it.each(["disabled", "removed"])("a user who was %s renews nothing", async (how) => {
  const world = makeWorld();
  const { pair, userId } = await signUpAndIn(world);
  await (how === "disabled"
    ? world.auth.disable({ userId }, home)
    : world.auth.remove({ userId }, home));
  world.forget();
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  expect(traceOf(world.calls)).toEqual(["users.findById"]);
});

it("a session that looks stale is looked at once more, and then refused", async () => {
  const world = makeWorld();
  const { pair, userId } = await signUpAndIn(world);
  // The epoch was raised, and whoever raised it died before it could close the sessions.
  const raise = { userId, epoch: 1, operationId: "1", jobs: [] };
  await world.ports.accounts.users.raiseEpoch(raise, world.clock.now());
  world.forget();
  await expect(renew(world, pair)).rejects.toMatchObject(refusal);
  expect(traceOf(world.calls)).toEqual([
    ...["users.findById", "sessions.rotate"],
    ...["users.findById", "sessions.rotate"],
  ]);
});

it("a session that was spared while it looked stale is renewed", async () => {
  let rotations = 0;
  const world: World = makeWorld({
    async around(call, proceed) {
      const answer = await proceed();
      if (call.method !== "rotate") return answer;
      rotations += 1;
      const options = { before: 2, exceptSessionId: caller.sessionId };
      if (rotations === 1) await world.ports.sessions.closeAll(userId, options);
      return answer;
    },
  });
  const { pair, userId, caller } = await signUpAndIn(world);
  const raise = { userId, epoch: 1, operationId: "1", jobs: [] };
  await world.ports.accounts.users.raiseEpoch(raise, world.clock.now());
  await expect(renew(world, pair)).resolves.toBeDefined();
  expect(rotations).toBe(2);
});

it("a store that lost renewals in a failover catches up with the token", async () => {
  const world = makeWorld();
  const { pair, caller } = await signUpAndIn(world);
  const backup = await world.ports.sessions.find(
    caller.userId,
    caller.sessionId,
    world.clock.now(),
  );
  const second = await renew(world, pair);
  const third = await renew(world, second);
  await world.ports.sessions.close(caller.userId, caller.sessionId);
  if (backup !== null) await world.ports.sessions.open(backup, 20, world.clock.now());
  const fourth = await renew(world, third);
  expect(claimsOf(fourth.refreshToken)).toMatchObject({ gen: 3 });
});

it("renewing is no login: the last one stays when it was", async () => {
  const world = makeWorld();
  const { pair, userId } = await signUpAndIn(world);
  world.clock.advance({ minutes: 5 });
  await renew(world, pair);
  expect(await world.ports.accounts.users.findById(userId)).toMatchObject({
    lastLoginAt: new Date("2026-01-01T00:00:00Z"),
  });
});
