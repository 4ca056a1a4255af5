import assert from "node:assert/strict";
import { latchkey } from "@latchkey/adapter-fastify";
import type { AuthEvent, Caller } from "@latchkey/core";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import Fastify from "fastify";
import { describe, it } from "vitest";
import { clientOf } from "./support/client.ts";
import { ada, atOnce, home, kinds, network, openLimited, tally } from "./support/limited.ts";
import type { Kind, Limited } from "./support/limited.ts";
import { freePorts } from "./support/process.ts";
import { codeOf, post } from "./support/wire.ts";

const names = Object.keys(kinds) as readonly Kind[];
const wrongPassword = "not at all what was set";
const newPassword = "seven grey stones by a lake";

function wrongCodes(code: string): (n: number) => string {
  return (n) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, "0");
}

async function signedIn({ auth }: Limited): Promise<Caller> {
  const pair = await auth.login({ tag: ada.tag, password: ada.password }, home);
  return auth.authenticate({ accessToken: pair.accessToken }, home);
}

/** So many wrong passwords at once at each door: by tag, by email, and in a session. */
async function guessAtEachDoor(
  { auth }: Limited,
  caller: Caller,
  from: (n: number, door: number) => { readonly ip: string },
): Promise<{ readonly byTag: number; readonly byEmail: number; readonly inSession: number }> {
  const login = (tag: string, door: number) => (n: number) =>
    auth.login({ tag, password: wrongPassword }, from(n, door));
  const change = { caller, currentPassword: wrongPassword, newPassword };
  const [byTag, byEmail, inSession] = await Promise.all([
    tally(atOnce(60, login(ada.tag, 1))),
    tally(atOnce(60, login(ada.email, 2))),
    tally(atOnce(60, (n) => auth.changePassword(change, from(n, 3)))),
  ]);
  for (const door of [byTag, byEmail, inSession]) assert.equal(door["answered"], undefined);
  return {
    byTag: byTag["invalid_credentials"] ?? 0,
    byEmail: byEmail["invalid_credentials"] ?? 0,
    inSession: inSession["wrong_password"] ?? 0,
  };
}

describe.each(names)("limits on %s", (kind) => {
  it("of 200 parallel wrong codes with the registration's id five are compared, and a new registration lets the owner in", async () => {
    const reasons: string[] = [];
    const onEvent = (event: AuthEvent): void => {
      if (event.name === "confirmation.failed") reasons.push(event.reason);
    };
    const limited = await openLimited(kind, { onEvent });
    const { auth } = limited;
    const { registrationId, code } = await limited.claim(ada);
    const input = { email: ada.email, registrationId };
    const wrong = wrongCodes(code);
    const seen = await tally(
      atOnce(200, (n) => auth.confirm({ ...input, confirmationCode: wrong(n) }, network(n))),
    );
    assert.deepEqual(seen, { invalid_code: 30, rate_limited: 170 });
    assert.equal(reasons.filter((reason) => reason === "wrong").length, 5);

    limited.clock.advance({ hours: 1 });
    const right = [auth.confirm({ ...input, confirmationCode: code }, home)];
    assert.deepEqual(await tally(right), { invalid_code: 1 });
    await limited.user(ada);
    await signedIn(limited);
    await limited.close();
  });

  it("of 200 parallel wrong codes without it fifteen are, for an email nobody has too, and those with it are not used up", async () => {
    const reasons: string[] = [];
    const onEvent = (event: AuthEvent): void => {
      if (event.name === "confirmation.failed") reasons.push(event.reason);
    };
    const limited = await openLimited(kind, { onEvent });
    const { auth } = limited;
    const { registrationId, code } = await limited.claim(ada);
    const wrong = wrongCodes(code);
    const guesses = (email: string) =>
      tally(atOnce(200, (n) => auth.confirm({ email, confirmationCode: wrong(n) }, network(n))));
    assert.deepEqual(await guesses(ada.email), { invalid_code: 15, rate_limited: 185 });
    assert.equal(reasons.filter((reason) => reason === "wrong").length, 15);
    assert.deepEqual(await guesses("nobody@example.com"), { invalid_code: 15, rate_limited: 185 });

    const right = { email: ada.email, confirmationCode: code };
    assert.deepEqual(await tally([auth.confirm(right, home)]), { rate_limited: 1 });
    await auth.confirm({ ...right, registrationId }, home);
    await signedIn(limited);
    await limited.close();
  });

  it("60 wrong passwords at each of three doors at once: from one network each five are compared, and nothing is shut to the owner", async () => {
    const limited = await openLimited(kind);
    const { auth } = limited;
    await limited.user(ada);
    const [owner, stolen] = [await signedIn(limited), await signedIn(limited)];
    const compared = await guessAtEachDoor(limited, stolen, (_, door) => network(door));
    assert.deepEqual(compared, { byTag: 5, byEmail: 5, inSession: 5 });

    await signedIn(limited);
    await auth.login({ tag: ada.email, password: ada.password }, home);
    const change = { caller: owner, currentPassword: ada.password, newPassword };
    await auth.changePassword(change, home);
    await limited.close();
  });

  it("from sixty networks each door compares its own limit, the sum of a day stays under 100, and the session changes the password", async () => {
    const limited = await openLimited(kind);
    const { auth, clock } = limited;
    await limited.user(ada);
    const [owner, stolen] = [await signedIn(limited), await signedIn(limited)];
    const first = await guessAtEachDoor(limited, stolen, (n) => network(n));
    assert.deepEqual(first, { byTag: 44, byEmail: 44, inSession: 5 });
    let sum = 93;
    for (let hour = 1; hour < 24; hour += 1) {
      clock.advance({ hours: 1 });
      const next = await guessAtEachDoor(limited, stolen, (n) => network(n));
      sum += next.byTag + next.byEmail + next.inSession;
    }
    assert.equal(sum, 98);

    const change = { caller: owner, currentPassword: ada.password, newPassword };
    await auth.changePassword(change, home);
    await limited.close();
  }, 60_000);

  it("nothing doubles at the edge of a day: 24 hours hold 44 wherever they begin", async () => {
    const limited = await openLimited(kind);
    const { auth, clock } = limited;
    const guesses = async (count: number): Promise<number> => {
      const calls = atOnce(count, (n) =>
        auth.login({ tag: ada.tag, password: wrongPassword }, network(n)),
      );
      return (await tally(calls))["invalid_credentials"] ?? 0;
    };
    assert.equal(await guesses(1), 1);
    clock.advance({ seconds: 86_399 });
    assert.equal(await guesses(60), 43);
    clock.advance({ seconds: 1 });
    assert.equal(await guesses(60), 1);
    clock.advance({ hours: 23 });
    assert.equal(await guesses(60), 0);
    await limited.close();
  });

  it("Retry-After is true to the second over HTTP", async () => {
    const forgotByNetwork = { limit: 2, windowSeconds: 90 };
    const limited = await openLimited(kind, { limits: { forgotByNetwork } });
    const app = Fastify();
    await app.register(latchkey, { auth: limited.auth });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const client = clientOf({ url, internal: url });
    const ask = async (): Promise<readonly [number, string | undefined]> => {
      const { status, headers } = await client.forgot(ada.email);
      return [status, headers["retry-after"]?.toString()];
    };
    const after = async (seconds: number): ReturnType<typeof ask> => {
      limited.clock.advance({ seconds });
      return ask();
    };
    assert.deepEqual(await ask(), [200, undefined]);
    assert.deepEqual(await after(30), [200, undefined]);
    assert.deepEqual(await after(10.4), [429, "50"]);
    assert.deepEqual(await after(49), [429, "1"]);
    assert.deepEqual(await after(1), [200, undefined]);
    assert.deepEqual(await ask(), [429, "30"]);
    assert.deepEqual(await after(29), [429, "1"]);
    assert.deepEqual(await after(1), [200, undefined]);
    await app.close();
    await limited.close();
  });
});

it("while the limiter's store is away every door that counts answers 503 with Retry-After, and nothing is done", async () => {
  const [port] = await freePorts();
  const away = connectRedis(`redis://127.0.0.1:${port}`);
  away.redis.on("error", () => {});
  const { limits } = redisStores(away.redis);
  const limited = await openLimited("Postgres", { stores: { limits } });
  const app = Fastify();
  await app.register(latchkey, { auth: limited.auth });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const client = clientOf({ url, internal: url });
  const id = "00000000-0000-4000-8000-000000000000";
  const asked = await Promise.all([
    client.register(ada),
    client.confirm(ada.email, id, "123456"),
    client.resend(ada.email, id),
    client.login(ada.tag, ada.password),
    client.forgot(ada.email),
    client.checkLink("x".repeat(40)),
    client.reset("x".repeat(40), ada.email, newPassword),
    post(`${url}/api/v1/users/public/confirm`, { email: ada.email, confirmationCode: "123456" }),
  ]);
  for (const answer of asked) {
    assert.equal(codeOf(answer), "store_unavailable");
    assert.equal(answer.status, 503);
    assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/);
  }
  assert.equal(await limited.auth.runJobs(), 0, "no job was left");
  await app.close();
  await Promise.all([away.close(), limited.close()]);
});
