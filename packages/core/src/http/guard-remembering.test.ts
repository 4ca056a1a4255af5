import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { home, signUpAndIn } from "../../test/people.ts";
import { aMessage } from "../../test/request.ts";
import { makeWorld, type World } from "../../test/world.ts";
import { guard, guardedCaller, type Guard } from "./guard.ts";

let world: World;
let check: Guard;
let pair: { readonly accessToken: string; readonly refreshToken: string };

beforeEach(async () => {
  world = makeWorld({ sessions: { nearCacheEntries: 1000 } });
  ({ pair } = await signUpAndIn(world));
  await world.auth.start();
  onTestFinished(() => world.auth.stop());
  await turn();
  check = guard(world.auth);
  await ask(pair.accessToken);
});

/** One request; whether it was answered at once, by asking nobody, what with, and whose it is. */
async function ask(...tokens: readonly string[]) {
  const headers = tokens.map((token) => ["Authorization", `Bearer ${token}`] as const);
  const key = {};
  const reply = check(aMessage({ headers }), key);
  const refusal = await reply;
  // Throws where nobody was let in.
  const tag = refusal === null ? guardedCaller(key).tag : null;
  return { atOnce: reply === null, status: refusal?.status ?? 200, tag };
}

const letIn = { status: 200, tag: "ada" };
const refused = { status: 401, tag: null, atOnce: false };

it("lets a remembered caller in at once", async () => {
  expect(await ask(pair.accessToken)).toEqual({ ...letIn, atOnce: true });
  expect(world.auth.recall(pair.accessToken)).toEqual(
    await world.auth.authenticate({ accessToken: pair.accessToken }, home),
  );
});

it("refuses a caller who signed out at once, by asking", async () => {
  await world.auth.logout({ accessToken: pair.accessToken }, home);
  expect(await ask(pair.accessToken)).toEqual(refused);
});

it("asks again after 2 s, and refuses what was closed elsewhere meanwhile", async () => {
  world.clock.advance({ seconds: 2 });
  expect(await ask(pair.accessToken)).toEqual({ ...letIn, atOnce: false });
  expect(await ask(pair.accessToken)).toEqual({ ...letIn, atOnce: true });
  const { userId, sessionId } = world.auth.recall(pair.accessToken) ?? {
    userId: "",
    sessionId: "",
  };
  await world.ports.sessions.close(userId, sessionId);
  world.clock.advance({ seconds: 2 });
  expect(await ask(pair.accessToken)).toEqual(refused);
});

it("refuses a remembered token when it has expired", async () => {
  world.clock.advance({ seconds: 606 });
  expect(await ask(pair.accessToken)).toEqual(refused);
});

it("knows a token as it is spelled, and one header alone", async () => {
  const { accessToken } = pair;
  const [header = "", claims = "", signature = ""] = accessToken.split(".");
  for (const other of [
    ` ${accessToken}`,
    `${accessToken} `,
    `${accessToken},`,
    `${header}.${claims}x.${signature}`,
    accessToken.slice(-43),
    "",
    pair.refreshToken,
  ]) {
    expect(await ask(other)).toEqual(refused);
  }
  expect(await ask(accessToken, accessToken)).toEqual({ ...refused, status: 400 });
});

it("remembers nobody where that was not asked for", async () => {
  const plain = makeWorld();
  const { accessToken } = (await signUpAndIn(plain)).pair;
  await plain.auth.authenticate({ accessToken }, home);
  expect(plain.auth.recall(accessToken)).toBeNull();
});
