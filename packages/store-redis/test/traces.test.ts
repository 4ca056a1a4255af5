import { createAuth } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import { connectRedis, redisStores, type RedisConnection } from "@latchkey/store-redis";
import { Redis } from "ioredis";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis, type RedisService } from "../../../tools/services/redis.ts";
import { packAddress } from "../src/pack/address.ts";
import { aSession, later, now, renewal, window } from "./samples.ts";

let server: RedisService;
let connection: RedisConnection;
let direct: Redis;

beforeAll(async () => {
  server = await startRedis();
  connection = connectRedis(server.url);
  direct = new Redis(server.url);
  await connection.ready();
});
afterAll(async () => {
  direct.disconnect();
  await connection.close();
  await server.stop();
});

const person = {
  firstName: "Zaphod",
  lastName: "Beeblebrox",
  tag: "zaphod_b",
  email: "zaphod@heart-of-gold.example",
  password: "dont-panic-but-do-42",
};
const ip = "198.51.100.207";

/** Each key with all its bytes. */
async function everything(): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const key of await direct.keys("*")) {
    const hash = (await direct.type(key)) === "hash";
    const entries = hash
      ? [...(await direct.hkeysBuffer(key)), ...(await direct.hvalsBuffer(key))]
      : [await direct.getBuffer(key)];
    found.set(key, Buffer.concat([Buffer.from(key), ...entries.filter((entry) => entry !== null)]));
  }
  return found;
}

describe("what Redis holds after people have come and gone", () => {
  it("is nothing secret, addresses beside sessions only, and nothing for ever", async () => {
    const mailer = memoryMailer();
    const auth = createAuth({
      publicUrl: "https://app.example",
      secret: randomBytes(32).toString("base64url"),
      stores: { ...memoryStores(), ...redisStores(connection.redis) },
      mailer,
      passwords: { memoryKiB: 19_456, passes: 2 },
    });
    const client = { ip, agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
    const { registrationId } = await auth.register(person, client);
    await auth.runJobs();
    const code = mailer.last(person.email, "confirmation_code").data.code;
    const { email } = person;
    await auth.confirm({ email, registrationId, confirmationCode: code }, client);
    const wrong = auth.login({ tag: person.tag, password: "wrong-wrong-wrong" }, client);
    await expect(wrong).rejects.toMatchObject({ code: "invalid_credentials" });
    const pair = await auth.login({ tag: person.tag, password: person.password }, client);
    const next = await auth.renew({ refreshToken: pair.refreshToken }, client);
    await auth.forgotPassword({ email }, client);
    await auth.runJobs();
    await auth.stop();

    const held = await everything();
    const kinds = [...held.keys()].map((key) => key.split(":", 2).join(":"));
    expect(new Set(kinds)).toEqual(new Set(["latchkey:s", "latchkey:c", "latchkey:l"]));

    const tokens = [pair, next].flatMap(({ accessToken, refreshToken }) => [
      accessToken,
      refreshToken,
    ]);
    const secrets = [...Object.values(person), ip, code, ...tokens];
    for (const [key, bytes] of held) {
      for (const secret of secrets)
        expect(bytes.includes(secret), `${secret} in ${key}`).toBe(false);
      const addressed = bytes.includes(packAddress(ip));
      expect(addressed, `an address in ${key}`).toBe(key.startsWith("latchkey:s:"));
      expect(await direct.pttl(key), `the end of ${key}`).toBeGreaterThan(0);
    }
  });
});

describe("the end of a key", () => {
  const keyEnd = async (userId: string): Promise<number> => direct.pttl(`latchkey:s:${userId}`);
  const dayMs = 24 * 60 * 60 * 1000;

  it("is only ever put off", async () => {
    const { sessions } = redisStores(connection.redis);
    const long = aSession();
    const { userId } = long;
    await sessions.open(long, 10, now);
    const ends = [await keyEnd(userId)];
    await sessions.open(aSession({ userId, idleExpiresAt: later(60) }), 10, now);
    ends.push(await keyEnd(userId));
    await sessions.rotate(renewal(long, { idleSeconds: 60 }), later(1));
    ends.push(await keyEnd(userId));
    await sessions.closeAll(userId, { before: 1, exceptSessionId: long.id });
    ends.push(await keyEnd(userId));
    for (const end of ends) expect(end).toBeGreaterThan(7 * dayMs);
    const other = aSession({ userId, idleExpiresAt: later(8 * 24 * 60 * 60) });
    await sessions.open(other, 10, now);
    expect(await keyEnd(userId)).toBeGreaterThan(8 * dayMs);
  });

  it("is there for what had ended before it was kept", async () => {
    const { sessions } = redisStores(connection.redis);
    const session = aSession({ idleExpiresAt: later(-1000) });
    await sessions.open(session, 10, now);
    expect(await keyEnd(session.userId)).toBeGreaterThan(0);
  });
});

describe("a subject that is tried from ever new networks", () => {
  it("takes no more space than what still counts of it, within a small factor", async () => {
    const { limits } = redisStores(connection.redis);
    for (let second = 0; second < 2000; second += 1) {
      await limits.take(
        "attacked",
        [{ ...window, scope: `${second}`, windowSeconds: 100 }],
        later(second),
      );
    }
    expect(await direct.hlen("latchkey:l:attacked")).toBeLessThan(250);
  });
});
