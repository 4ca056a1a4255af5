import { describe, expect, it } from "vitest";
import {
  aPrivateJwk,
  aSession,
  audience,
  decode,
  forge,
  issuer,
  keyTypes,
  now,
  secrets,
  tokensOf,
  userId,
} from "../../test/forge.ts";
import { makeAccessTokens } from "./access-token.ts";
import { makeKeys, type Keys } from "./keys.ts";
import { makeRefreshTokens } from "./refresh-token.ts";
import { makeResetTokens } from "./reset-token.ts";

const kinds = ["access", "refresh", "reset"] as const;
const types = { access: "at+jwt", refresh: "rt+jwt", reset: "reset+jwt" };

async function oneOfEach(keys: Keys): Promise<Record<(typeof kinds)[number], string>> {
  const tokens = tokensOf(keys);
  const [access, refresh, reset] = await Promise.all([
    tokens.access.issue(aSession(), "ada"),
    tokens.refresh.issue(aSession()),
    tokens.reset.issue(userId, "job", now),
  ]);
  return { access: access.token, refresh: refresh.token, reset: reset.token };
}

/** Which reader takes which token: a row a token, a column a reader. */
async function matrix(tokens: Record<string, string>, keys: Keys): Promise<readonly boolean[][]> {
  const readers = tokensOf(keys);
  return Promise.all(
    Object.values(tokens).map((token) =>
      Promise.all(kinds.map(async (kind) => (await readers[kind].read(token, now)) !== null)),
    ),
  );
}

const diagonal = [
  [true, false, false],
  [false, true, false],
  [false, false, true],
];
const none = diagonal.map((row) => row.map(() => false));

describe("one kind of token for another", () => {
  it("A-19: is refused with keys out of one secret: only the diagonal succeeds", async () => {
    const keys = makeKeys([secrets.newest], undefined);
    await expect(matrix(await oneOfEach(keys), keys)).resolves.toEqual(diagonal);
  });

  it.each(keyTypes)("A-19: is refused where access tokens have an %s key", async (type) => {
    const keys = makeKeys([secrets.newest], { keys: [aPrivateJwk(type)] });
    await expect(matrix(await oneOfEach(keys), keys)).resolves.toEqual(diagonal);
  });

  it("A-19: is refused even if all three rings were one by mistake", async () => {
    const { access: ring, ...rest } = makeKeys([secrets.newest], undefined);
    const keys = { ...rest, access: ring, refresh: ring, reset: ring };
    await expect(matrix(await oneOfEach(keys), keys)).resolves.toEqual(diagonal);
  });

  it("A-19: is refused under a borrowed typ: each kind has keys of its own", async () => {
    const keys = makeKeys([secrets.newest], undefined);
    const tokens = await oneOfEach(keys);
    for (const from of kinds) {
      for (const to of kinds.filter((kind) => kind !== from)) {
        const { signing } = keys[from];
        for (const kid of [signing.kid, keys[to].signing.kid]) {
          const header = { alg: "HS256", kid, typ: types[to] };
          const token = forge(signing, header, decode(tokens[to], 1));
          await expect(tokensOf(keys)[to].read(token, now)).resolves.toBeNull();
        }
      }
    }
  });
});

describe("tokens of somebody else", () => {
  it("are refused when made with another secret", async () => {
    const [ours, foreign] = [secrets.newest, secrets.foreign].map((secret) =>
      makeKeys([secret], undefined),
    );
    expect(ours).toBeDefined();
    expect(foreign).toBeDefined();
    const keys = ours ?? makeKeys([secrets.newest], undefined);
    await expect(matrix(await oneOfEach(foreign ?? keys), keys)).resolves.toEqual(none);
  });

  it("are refused when made for another issuer with the same keys", async () => {
    const keys = makeKeys([secrets.newest], undefined);
    const settings = { issuer: "https://staging.example.com", clockToleranceSeconds: 5 };
    const access = makeAccessTokens({ ...settings, ring: keys.access, audience, ttlSeconds: 600 });
    const refresh = makeRefreshTokens({ ...settings, ring: keys.refresh });
    const reset = makeResetTokens({ ...settings, keys, ttlSeconds: 1800 });
    const tokens = {
      access: (await access.issue(aSession(), "ada")).token,
      refresh: (await refresh.issue(aSession())).token,
      reset: (await reset.issue(userId, "job", now)).token,
    };
    await expect(matrix(tokens, keys)).resolves.toEqual(none);
    expect(issuer).not.toBe(settings.issuer);
  });
});

describe("rotation of secrets", () => {
  it("takes yesterday's tokens while the older secret is kept, and then no longer", async () => {
    const yesterday = await oneOfEach(makeKeys([secrets.older], undefined));
    const both = makeKeys([secrets.newest, secrets.older], undefined);
    await expect(matrix(yesterday, both)).resolves.toEqual(diagonal);
    const newest = makeKeys([secrets.newest], undefined);
    await expect(matrix(yesterday, newest)).resolves.toEqual(none);
    await expect(matrix(await oneOfEach(both), newest)).resolves.toEqual(diagonal);
  });

  it("takes tokens of the secret while an application moves to keys of its own", async () => {
    const before = await oneOfEach(makeKeys([secrets.newest], undefined));
    const after = makeKeys([secrets.newest], { keys: [aPrivateJwk("OKP")] });
    await expect(matrix(before, after)).resolves.toEqual(diagonal);
  });

  it("takes tokens of a key that no longer signs", async () => {
    const [old, young] = [aPrivateJwk("OKP"), aPrivateJwk("EC")];
    const before = await oneOfEach(makeKeys([secrets.newest], { keys: [old] }));
    const during = makeKeys([secrets.newest], { keys: [young, old] });
    const after = makeKeys([secrets.newest], { keys: [young] });
    await expect(matrix({ access: before.access }, during)).resolves.toEqual([diagonal[0]]);
    await expect(matrix({ access: before.access }, after)).resolves.toEqual([none[0]]);
  });
});
