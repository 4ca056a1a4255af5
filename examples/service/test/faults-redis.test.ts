import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { cutInto, freeHasher, inSteps, openLanes, type Lane } from "./support/cutting.ts";
import { resetCutAfter } from "./support/resets.ts";
import { here, openStage, outcomeOf, type Stage, type User } from "./support/stage.ts";

const milliseconds = 30;
/** Each way: a login or reset crosses the network eight times, a renewal twice. */
const delayMs = 1;
const renewalDelayMs = 5;

let stage: Stage;
let lanes: readonly Lane[] = [];

beforeAll(async () => {
  const redis = await serviceUrl("redis");
  const passwords = { hasher: freeHasher };
  stage = await openStage({ postgres: await newDatabase(), redis }, { passwords });
  // Counting is what most of the talk with Redis is about.
  lanes = await openLanes(stage, "redis", redis, { limits: {} });
});
afterAll(async () => {
  await stage.close();
  await Promise.all(lanes.map(({ network }) => network.stop()));
});

async function sessionsOf({ pair }: User): Promise<number> {
  const caller = await stage.auth.authenticate({ accessToken: pair.accessToken }, here);
  return (await stage.auth.listSessions({ caller }, here)).length;
}

/** Whether the steps reach from before the flow's first word to after its last. */
function isBoth(ends: readonly string[], failure: string): boolean {
  const failures = ends.filter((end) => end === failure);
  return failures.length >= 3 && failures.length < ends.length;
}

describe("Redis cut 0 to 30 ms into a flow, in steps of 1 ms", () => {
  it("a login: whoever is answered has a session, and who is not may try again", async () => {
    const ends = await inSteps(lanes, milliseconds, async (lane, ms) => {
      const user = await stage.user(`signs-in-${ms}`);
      const { auth } = lane.side;
      const { tag, password } = user;
      const client = { ip: `10.0.1.${ms}` };
      const login = () => auth.login({ tag, password }, client);
      const outcome = await cutInto(lane, ms, delayMs, login);
      const open = await sessionsOf(user);
      if (outcome.refused === null) {
        const { accessToken, refreshToken } = outcome.answer;
        await stage.auth.authenticate({ accessToken }, here);
        await stage.auth.renew({ refreshToken }, here);
        assert.equal(open, 2, `${ms} ms`);
      }
      // One whose reply was lost may stand: nobody has its tokens.
      assert.ok(open === 1 || open === 2, `${ms} ms: ${open} sessions`);
      // Neither the outage nor the wrong end of it is held against its owner.
      for (let time = 0; time < 5; time += 1) await login();
      assert.equal(await sessionsOf(user), open + 5, `${ms} ms`);
      return outcome.refused ?? "answered";
    });
    assert.ok(isBoth(ends, "store_unavailable"), ends.join(", "));
  });

  it("a renewal: the token stays good, and whoever comes again gets the same pair", async () => {
    const ends = await inSteps(lanes, milliseconds, async (lane, ms) => {
      const user = await stage.user(`renews-${ms}`);
      const { refreshToken } = user.pair;
      const renew = () => lane.side.auth.renew({ refreshToken }, here);
      const outcome = await cutInto(lane, ms, renewalDelayMs, renew);
      const again = await renew();
      if (outcome.refused === null) {
        assert.equal(again.refreshToken, outcome.answer.refreshToken, `${ms} ms: a fork`);
      }
      assert.equal((await renew()).refreshToken, again.refreshToken, `${ms} ms: a fork`);
      const next = await stage.auth.renew({ refreshToken: again.refreshToken }, here);
      await stage.auth.authenticate({ accessToken: next.accessToken }, here);
      // Two generations later the first is a replay, which ends the session.
      assert.equal((await outcomeOf(renew())).refused, "invalid_token", `${ms} ms`);
      return outcome.refused ?? "answered";
    });
    assert.ok(isBoth(ends, "store_unavailable"), ends.join(", "));
  });

  it("a reset: either the old password and a living link, or the new one and no old session", async () => {
    const ends = await inSteps(lanes, milliseconds, (lane, ms) =>
      resetCutAfter(stage, lane, ms, delayMs),
    );
    assert.ok(isBoth(ends, "nothing happened"), ends.join(", "));
  });
});
