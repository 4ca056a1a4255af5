import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import {
  startCounting,
  type CountingProxy,
  type Message,
} from "../../../tools/services/counting.ts";
import { doors, makeCrowd, type Door, type Member, type Standing } from "./support/crowd.ts";
import { processorTime, startFront, type Front } from "./support/fronts.ts";
import { openStage, publicUrl, secret, type Stage } from "./support/stage.ts";
import { send, type Answer } from "./support/wire.ts";

// What is said to Postgres and Redis for a request, and what is answered, is the same whoever an
// address belongs to. Counts cannot be noisy: nothing here is a measurement of time.

const standings: readonly Standing[] = ["known", "unknown", "unconfirmed", "disabled"];
const each = 5;

let stage: Stage;
let front: Front;
let postgres: CountingProxy;
let redis: CountingProxy;
const crowds = new Map<Standing, readonly Member[]>();

async function counting(
  url: string,
  protocol: "postgres" | "redis",
): Promise<readonly [string, CountingProxy]> {
  const way = new URL(url);
  const counted = await startCounting({ host: way.hostname, port: Number(way.port) }, protocol);
  way.port = String(counted.proxy.port);
  return [way.href, counted];
}

beforeAll(async () => {
  const ways = { postgres: await newDatabase(), redis: await serviceUrl("redis") };
  // As they are by default: a cheaper hash would be lost among everything else.
  stage = await openStage(ways, { passwords: {} });
  for (const standing of standings) crowds.set(standing, await makeCrowd(stage, standing, each));
  let postgresUrl = "";
  let redisUrl = "";
  [postgresUrl, postgres] = await counting(ways.postgres, "postgres");
  [redisUrl, redis] = await counting(ways.redis, "redis");
  const wide = { limit: 1000, windowSeconds: 3600 };
  const loginByIdentifier = { limit: 1000, windowSeconds: 86_400 };
  const options = { limits: { codesByEmail: wide, codesByEmailDaily: wide, loginByIdentifier } };
  front = await startFront({ postgresUrl, redisUrl, secret, publicUrl, isHollow: false, options });
}, 120_000);
afterAll(async () => {
  await front.stop();
  await Promise.all([postgres.proxy.stop(), redis.proxy.stop(), stage.close()]);
});

let asked = 0;

/** Asks for a member, from a network that nobody has come from. */
function ask(door: Door, member: Member): Promise<Answer> {
  asked += 1;
  const [path, body] = door(member, asked);
  const ip = `10.${asked >> 16}.${(asked >> 8) & 255}.${asked & 255}`.replace(/\d+/g, (part) =>
    // Of one length, like everything that is compared.
    String(100 + (Number(part) % 100)),
  );
  const headers = { "content-type": "application/json", "x-forwarded-for": ip };
  return send("POST", `${front.url}${path}`, { headers, body: JSON.stringify(body) });
}

function memberOf(standing: Standing, n: number): Member {
  const member = crowds.get(standing)?.[n % each];
  assert.ok(member !== undefined);
  return member;
}

const kindsOf = (messages: readonly Message[]): readonly string[] =>
  messages.map(({ kind }) => kind);
const bytesOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { bytes }) => sum + bytes, 0);

/** Everything about an answer but ids and dates, which are of one length. */
function shapeOf({ status, headers, text }: Answer): object {
  const body = text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "an id")
    .replaceAll(/t\d{9}/g, "a tag");
  return { status, headers: Object.keys(headers), length: Buffer.byteLength(text), body };
}

describe.each(Object.entries(doors))("%s", (_name, door) => {
  it("says the same to both servers and answers the same, whoever is asked about", async () => {
    // Prepares each statement and loads each script.
    for (const standing of standings) await ask(door, memberOf(standing, 0));
    const seen: { sql: readonly string[]; commands: readonly string[]; shape: object }[] = [];
    const bytes: { sql: number; redis: number }[] = [];
    for (const standing of standings) {
      postgres.forget();
      redis.forget();
      const answer = await ask(door, memberOf(standing, 1));
      const [sql, commands] = [kindsOf(postgres.messages), kindsOf(redis.messages)];
      seen.push({ sql, commands, shape: shapeOf(answer) });
      bytes.push({ sql: bytesOf(postgres.messages), redis: bytesOf(redis.messages) });
    }
    const [first, ...others] = seen;
    assert.ok(first !== undefined && first.commands.length > 0);
    for (const other of others) assert.deepEqual(other, first);
    for (const part of ["sql", "redis"] as const) {
      const counts = bytes.map((one) => one[part]);
      const spread = Math.max(...counts) - Math.min(...counts);
      assert.ok(spread <= 64, `${part}: ${counts.join(", ")} bytes`);
    }
  });
});

it("the counts are those of the budget: statements, and round trips to Redis", async () => {
  const counts: Record<string, readonly [statements: number, commands: number]> = {};
  for (const [name, door] of Object.entries(doors)) {
    await ask(door, memberOf("unknown", 2));
    postgres.forget();
    redis.forget();
    await ask(door, memberOf("unknown", 2));
    const statements = kindsOf(postgres.messages).filter((kind) => kind === "E").length;
    counts[name] = [statements, redis.messages.length];
  }
  assert.deepEqual(counts, {
    "login by email": [1, 2],
    "login by tag": [1, 2],
    register: [1, 2],
    resend: [0, 2],
    forgot: [1, 2],
    "confirm with an id": [0, 3],
    "confirm without one": [0, 3],
  });
});

/** How much more of the processor the hungriest standing uses than the most frugal one. */
async function processorSpread(door: Door): Promise<number> {
  const used = new Map<Standing, number>();
  for (let round = 0; round < 10; round += 1) {
    for (const standing of standings) {
      const before = processorTime(front.pid);
      for (let n = 0; n < each; n += 1) await ask(door, memberOf(standing, n));
      used.set(standing, (used.get(standing) ?? 0) + processorTime(front.pid) - before);
    }
  }
  return Math.max(...used.values()) / Math.min(...used.values());
}

it.each(["login by email", "login by tag", "register"])(
  "%s uses the processor alike, whoever is asked about",
  async (name) => {
    const door = doors[name];
    assert.ok(door !== undefined);
    // A hash that is left out, or a weaker one, shows each time; a neighbour's noise does not.
    let spread = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 3 && spread >= 1.25; tries += 1) {
      spread = await processorSpread(door);
    }
    assert.ok(spread < 1.25, `one uses ${spread} times what another does`);
  },
  120_000,
);
