import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { behindProxy, type Network } from "./support/network.ts";
import { here, openStage, outcomeOf, type Side, type Stage } from "./support/stage.ts";

let salts = 0;
const digest = (salt: string, password: string): string =>
  `${salt}:${createHash("sha256").update(`${salt}:${password}`).digest("base64url")}`;
/** Costs nothing, so that all the time of a reset is the network's. */
const hasher = {
  hash: async (password: string) => digest(String((salts += 1)), password),
  verify: async (hash: string, password: string) =>
    hash === digest(hash.split(":")[0] ?? "", password),
  needsRehash: () => false,
  dummy: () => "0:nobody's",
};

const lanes = 3;
const milliseconds = 50;
/** Each way: a reset crosses the network six times and takes about as long as is cut into. */
const delayMs = 7;

let stage: Stage;
let sides: readonly { readonly network: Network; readonly side: Side }[] = [];

beforeAll(async () => {
  const postgres = await newDatabase();
  stage = await openStage(
    { postgres, redis: await serviceUrl("redis") },
    { passwords: { hasher } },
  );
  sides = await Promise.all(
    Array.from({ length: lanes }, async () => {
      const network = await behindProxy(postgres);
      return { network, side: await stage.process(network.url) };
    }),
  );
});
afterAll(async () => {
  await stage.close();
  await Promise.all(sides.map(({ network }) => network.stop()));
});

type End = "done" | "done, though nobody was told" | "nothing happened";

/** How a reset ended whose database went away after so many milliseconds, judged from elsewhere. */
async function cutAfter(k: number, network: Network, side: Side): Promise<End> {
  const { auth } = stage;
  const user = await stage.user(`user-${k}`);
  const token = await stage.link(user);
  const newPassword = `another engine, number ${k}`;
  // A connection that stands, so that the time is the reset's own.
  await side.pool.query("SELECT 1");
  network.proxy.behave({ delayMs });
  const resetting = outcomeOf(
    side.auth.resetPassword({ token, email: user.email, newPassword }, here),
  );
  await pause(k);
  network.proxy.cut();
  const { refused } = await resetting;
  network.proxy.behave({ delayMs: 0 });
  assert.ok(refused === null || refused === "store_unavailable", `${k} ms: ${String(refused)}`);
  // What was on its way when the connection broke has arrived, or never will.
  await pause(2 * delayMs);

  const login = (password: string) => outcomeOf(auth.login({ tag: user.tag, password }, here));
  const [withOld, withNew] = [await login(user.password), await login(newPassword)];
  const checked = await outcomeOf(auth.checkResetLink({ token }, here));
  if (withNew.refused === null) {
    assert.equal(withOld.refused, "invalid_credentials", `${k} ms: both passwords work`);
    assert.equal(checked.refused, "expired_token", `${k} ms: a used link lives`);
    await assertDead(k, user.pair);
    await stage.mail(user.email, "password_changed");
    await auth.runJobs();
    await assertDead(k, user.pair);
    // The session of the new password is spared by the job that closes the old ones.
    await auth.renew({ refreshToken: withNew.answer.refreshToken }, here);
    const again = { token, email: user.email, newPassword: "a third engine of no numbers" };
    assert.equal((await outcomeOf(auth.resetPassword(again, here))).refused, "expired_token");
    return refused === null ? "done" : "done, though nobody was told";
  }
  assert.equal(refused, "store_unavailable", `${k} ms: told it was done`);
  assert.equal(withOld.refused, null, `${k} ms: neither password works`);
  assert.equal(checked.refused, null, `${k} ms: the link died with nothing done`);
  await side.pool.query("SELECT 1");
  await side.auth.resetPassword({ token, email: user.email, newPassword }, here);
  assert.equal((await login(newPassword)).refused, null);
  await assertDead(k, user.pair);
  return "nothing happened";
}

async function assertDead(k: number, pair: { accessToken: string; refreshToken: string }) {
  const { auth } = stage;
  const found = await outcomeOf(auth.authenticate({ accessToken: pair.accessToken }, here));
  assert.equal(found.refused, "invalid_token", `${k} ms: an old session lives`);
  const renewed = await outcomeOf(auth.renew({ refreshToken: pair.refreshToken }, here));
  assert.equal(renewed.refused, "invalid_token", `${k} ms: an old session is renewed`);
}

describe("Postgres cut 0 to 50 ms into a reset, in steps of 1 ms", () => {
  it("leaves either the old password and a living link, or the new one and no old session", async () => {
    const ends: End[] = [];
    await Promise.all(
      sides.map(async ({ network, side }, lane) => {
        for (let k = lane; k <= milliseconds; k += lanes)
          ends[k] = await cutAfter(k, network, side);
      }),
    );
    assert.equal(ends.length, milliseconds + 1);
    const nothing = ends.filter((end) => end === "nothing happened");
    const said = ends.join(", ");
    assert.ok(nothing.length > 5 && nothing.length < milliseconds, said);
  });
});
