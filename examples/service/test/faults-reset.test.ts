import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { freeHasher, inSteps, openLanes, type Lane } from "./support/cutting.ts";
import { resetCutAfter } from "./support/resets.ts";
import { openStage, type Stage } from "./support/stage.ts";

const milliseconds = 50;
/** Each way: a reset crosses the network six times and takes about as long as is cut into. */
const delayMs = 7;

let stage: Stage;
let lanes: readonly Lane[] = [];

beforeAll(async () => {
  const postgres = await newDatabase();
  const passwords = { hasher: freeHasher };
  stage = await openStage({ postgres, redis: await serviceUrl("redis") }, { passwords });
  lanes = await openLanes(stage, "postgres", postgres);
});
afterAll(async () => {
  await stage.close();
  await Promise.all(lanes.map(({ network }) => network.stop()));
});

describe("Postgres cut 0 to 50 ms into a reset, in steps of 1 ms", () => {
  it("leaves either the old password and a living link, or the new one and no old session", async () => {
    const ends = await inSteps(lanes, milliseconds, (lane, ms) =>
      resetCutAfter(stage, lane, ms, delayMs),
    );
    const nothing = ends.filter((end) => end === "nothing happened");
    const said = ends.join(", ");
    assert.ok(nothing.length > 5 && nothing.length < milliseconds, said);
  });
});
