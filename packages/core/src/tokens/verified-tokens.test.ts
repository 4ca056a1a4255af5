import { beforeEach, describe, expect, it, vi } from "vitest";
import { audience, issuer, aSession, later, now, secrets, userId } from "../../test/forge.ts";
import { makeAccessTokens, type AccessTokens } from "./access-token.ts";
import * as jws from "./jws.ts";
import { makeKeys } from "./keys.ts";

// Watched, not replaced: how often a signature is verified is what these tests are about.
vi.mock("./jws.ts", { spy: true });

const remembered = 50;
const toleranceSeconds = 5;

let tokens: AccessTokens;
let token: string;

function accessTokens(secret: string, ttlSeconds = 600): AccessTokens {
  return makeAccessTokens({
    ...{ ring: makeKeys([secret], undefined).access, issuer, audience, ttlSeconds },
    ...{ clockToleranceSeconds: toleranceSeconds, remembered },
  });
}

beforeEach(async () => {
  tokens = accessTokens(secrets.newest);
  ({ token } = await tokens.issue(aSession(), "ada"));
  vi.mocked(jws.readToken).mockClear();
});

const verifications = (): number => vi.mocked(jws.readToken).mock.calls.length;
const another = async (generation: number): Promise<string> =>
  (await tokens.issue(aSession({ generation }), "ada")).token;

describe("a verified token", () => {
  it("is verified once, and says the same ever after", async () => {
    const first = await tokens.read(token, now);
    expect(first).toMatchObject({ claims: { sub: userId, tag: "ada" }, expired: false });
    for (let time = 0; time < 3; time += 1) expect(await tokens.read(token, now)).toEqual(first);
    expect(verifications()).toBe(1);
  });

  it("expires when it says, tolerance included, remembered or not", async () => {
    const end = 600 + toleranceSeconds;
    await tokens.read(token, now);
    expect(await tokens.read(token, later(end - 0.001))).toMatchObject({ expired: false });
    expect(await tokens.read(token, later(end))).toMatchObject({ expired: true });
    expect(verifications()).toBe(1);
    // It is not remembered any longer than it is good for.
    expect(await tokens.read(token, later(end))).toMatchObject({ expired: true });
    expect(verifications()).toBe(2);
  });

  it("is of the future where a clock went back behind its making", async () => {
    await tokens.read(token, now);
    expect(await tokens.read(token, later(-toleranceSeconds))).not.toBeNull();
    expect(await tokens.read(token, later(-toleranceSeconds - 0.001))).toBeNull();
    expect(await tokens.read(token, now)).not.toBeNull();
    expect(verifications()).toBe(1);
  });

  it("is known by its exact text alone", async () => {
    await tokens.read(token, now);
    for (const changed of [
      `${token}A`,
      ` ${token}`,
      token.replace(".", ".."),
      token.slice(0, -2),
    ]) {
      expect(await tokens.read(changed, now)).toBeNull();
    }
    expect(verifications()).toBe(5);
  });

  it("cannot be changed by whoever read it", async () => {
    const first = await tokens.read(token, now);
    expect(() => Object.assign(first?.claims ?? {}, { sub: "somebody else" })).toThrow(TypeError);
    expect(await tokens.read(token, now)).toMatchObject({ claims: { sub: userId } });
  });

  it("of another key ring is another matter", async () => {
    await tokens.read(token, now);
    expect(await accessTokens(secrets.foreign).read(token, now)).toBeNull();
  });
});

describe("recalling", () => {
  it("answers a token that was read before, and verifies none", async () => {
    expect(tokens.recall(token, now)).toBeNull();
    expect(verifications()).toBe(0);
    const read = await tokens.read(token, now);
    expect(tokens.recall(token, now)).toEqual(read?.claims);
    expect(verifications()).toBe(1);
  });

  it("answers it for as long as reading does", async () => {
    const end = 600 + toleranceSeconds;
    await tokens.read(token, now);
    expect(tokens.recall(token, later(-toleranceSeconds - 0.001))).toBeNull();
    expect(tokens.recall(token, later(end - 0.001))).toMatchObject({ sub: userId });
    expect(tokens.recall(token, later(end))).toBeNull();
  });
});

describe("what is not remembered", () => {
  it("a refusal, however often it is repeated", async () => {
    const forged = (await accessTokens(secrets.foreign).issue(aSession(), "ada")).token;
    for (let time = 0; time < 3; time += 1) expect(await tokens.read(forged, now)).toBeNull();
    expect(verifications()).toBe(3);
  });

  it("what a flood of refused tokens would put in the place of the good ones", async () => {
    await tokens.read(token, now);
    for (let count = 0; count < 3 * remembered; count += 1) {
      await tokens.read(`${token.slice(0, -8)}${String(count).padStart(8, "0")}`, now);
    }
    vi.mocked(jws.readToken).mockClear();
    await tokens.read(token, now);
    expect(verifications()).toBe(0);
  });

  it("an expired token", async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await tokens.read(token, later(3600))).toMatchObject({ expired: true });
    }
    expect(verifications()).toBe(2);
  });

  it("more tokens than may be: those used last stay", async () => {
    await tokens.read(token, now);
    for (let generation = 1; generation <= 3 * remembered; generation += 1) {
      await tokens.read(await another(generation), now);
      await tokens.read(token, now);
    }
    expect(verifications()).toBe(1 + 3 * remembered);
    await tokens.read(await another(1), now);
    expect(verifications()).toBe(2 + 3 * remembered);
  });

  it("a token so long that a few of them would fill the memory", async () => {
    const long = await tokens.issue(aSession(), "a".repeat(2000));
    for (let time = 0; time < 2; time += 1) {
      expect(await tokens.read(long.token, now)).not.toBeNull();
    }
    expect(verifications()).toBe(2);
  });
});
