import { describe, expect, it } from "vitest";
import {
  aPrivateJwk,
  aSession,
  audience,
  decode,
  forge,
  issuer,
  keyTypes,
  later,
  now,
  second,
  secrets,
  sessionId,
  tokensOf,
  userId,
} from "../../test/forge.ts";
import { makeAccessTokens, maxAccessTtlSeconds } from "./access-token.ts";
import { makeKeys } from "./keys.ts";

const keys = makeKeys([secrets.newest], undefined);
const { access } = tokensOf(keys);
const header = { alg: "HS256", kid: keys.access.signing.kid, typ: "at+jwt" };
const claims = {
  iss: issuer,
  aud: audience,
  sub: userId,
  iat: second,
  exp: second + 600,
  jti: `${sessionId}.0.a`,
  sid: sessionId,
  tag: "ada",
};

/** Reads a token with some claims changed, signed by the right key. */
const readWith = (changed: object, at = now): ReturnType<typeof access.read> =>
  access.read(forge(keys.access.signing, header, { ...claims, ...changed }), at);
/** The same with a claim spelled as no JSON.stringify would. */
const readText = (from: string, to: string): ReturnType<typeof access.read> =>
  access.read(
    forge(keys.access.signing, header, Buffer.from(JSON.stringify(claims).replace(from, to))),
    now,
  );

it("recalls nothing where nothing is to be remembered", async () => {
  const { token } = await access.issue(aSession(), "ada");
  await access.read(token, now);
  expect(access.recall(token, now)).toBeNull();
});

describe("issuing", () => {
  it("A-15: says issuer, audience, user, session, tag and times, and nothing about a person", async () => {
    const { token, exp } = await access.issue(aSession(), "ada");
    expect(decode(token, 0)).toEqual(header);
    expect(decode(token, 1)).toEqual(claims);
    expect(exp).toBe(claims.exp);
    const text = `${JSON.stringify(decode(token, 0))}${JSON.stringify(decode(token, 1))}`;
    expect(text).not.toMatch(/email|@|name|hash|192\.0\.2|Firefox/i);
  });

  it("A-15: lives for the configured time, and not beyond its session", async () => {
    const common = { ring: keys.access, issuer, audience, clockToleranceSeconds: 5 };
    const short = makeAccessTokens({ ...common, ttlSeconds: 60 });
    expect((await short.issue(aSession(), "ada")).exp).toBe(second + 60);
    expect((await access.issue(aSession({ expiresAt: later(90) }), "ada")).exp).toBe(second + 90);
  });

  it("A-15: has a jti of its own for each of 10,000 sessions and generations", async () => {
    const seen = new Set<unknown>();
    for (let number = 0; number < 100; number++) {
      const id = sessionId.replace(/..$/, number.toString(16).padStart(2, "0"));
      const issued = Array.from({ length: 100 }, (_, generation) =>
        access.issue(aSession({ id, generation }), "ada"),
      );
      for (const { token } of await Promise.all(issued)) seen.add(decode(token, 1)["jti"]);
    }
    expect(seen.size).toBe(10_000);
  });

  it("drops the fraction of a second, so that its times are whole", async () => {
    const rotatedAt = new Date(now.getTime() + 999);
    const { token } = await access.issue(aSession({ rotatedAt, expiresAt: later(90.9) }), "ada");
    expect(decode(token, 1)).toMatchObject({ iat: second, exp: second + 90 });
  });

  it.each(["oct", "OKP"] as const)(
    "gives a generation the same bytes again with %s keys",
    async (type) => {
      const tokens = tokensOf(makeKeys([secrets.newest], { keys: [aPrivateJwk(type)] }));
      const [one, same] = [
        await tokens.access.issue(aSession(), "ada"),
        await tokens.access.issue(aSession({ agent: "curl", ip: "192.0.2.9" }), "ada"),
      ];
      const next = await tokens.access.issue(aSession({ generation: 1 }), "ada");
      expect(same.token).toBe(one.token);
      expect(next.token).not.toBe(one.token);
    },
  );

  it("gives a generation the same claims again with EC keys, whose signatures differ", async () => {
    const tokens = tokensOf(makeKeys([secrets.newest], { keys: [aPrivateJwk("EC")] }));
    const [one, same] = [
      await tokens.access.issue(aSession(), "ada"),
      await tokens.access.issue(aSession(), "ada"),
    ];
    expect(decode(same.token, 1)).toEqual(decode(one.token, 1));
    expect(same.token).not.toBe(one.token);
  });
});

describe("reading", () => {
  it.each(keyTypes)("answers the claims of a token signed by an %s key", async (type) => {
    const tokens = tokensOf(makeKeys([secrets.newest], { keys: [aPrivateJwk(type)] }));
    const { token } = await tokens.access.issue(aSession(), "ada");
    await expect(tokens.access.read(token, now)).resolves.toEqual({ claims, expired: false });
  });

  it("leaves out claims that nobody asked for", async () => {
    await expect(readWith({ admin: true, scope: "all" })).resolves.toEqual({
      claims,
      expired: false,
    });
  });

  it("A-20: holds a token for expired exactly when its time and the tolerance are over", async () => {
    const { token } = await access.issue(aSession(), "ada");
    const expired = async (seconds: number): Promise<unknown> =>
      (await access.read(token, later(seconds)))?.expired;
    await expect(expired(600)).resolves.toBe(false);
    await expect(expired(604.999)).resolves.toBe(false);
    await expect(expired(605)).resolves.toBe(true);
    await expect(expired(1e9)).resolves.toBe(true);
  });

  it("A-20: takes a token from a clock five seconds ahead, not six", async () => {
    await expect(readWith({ iat: second + 5, exp: second + 605 })).resolves.not.toBeNull();
    await expect(readWith({ iat: second + 6, exp: second + 606 })).resolves.toBeNull();
    await expect(readWith({ iat: second + 86_400, exp: second + 87_000 })).resolves.toBeNull();
  });

  it("A-20: takes no token that claims to live longer than any configuration allows", async () => {
    await expect(readWith({ exp: second + maxAccessTtlSeconds })).resolves.not.toBeNull();
    await expect(readWith({ exp: second + maxAccessTtlSeconds + 1 })).resolves.toBeNull();
    await expect(readWith({ exp: 4_102_444_800 })).resolves.toBeNull();
    expect(maxAccessTtlSeconds).toBe(3600);
  });

  it("A-20: takes no token that ends before it begins", async () => {
    await expect(readWith({ exp: second })).resolves.toBeNull();
    await expect(readWith({ exp: second - 1 })).resolves.toBeNull();
    await expect(readWith({ exp: second + 1 })).resolves.not.toBeNull();
  });

  const times = [
    undefined,
    null,
    String(second + 600),
    "",
    -1,
    0,
    -second,
    second + 600.5,
    Number.MAX_SAFE_INTEGER + 1,
    true,
    [second + 600],
    {},
    "2026-01-01T00:10:00Z",
  ];
  it.each(times)("A-20: refuses exp %j, though truly signed", async (exp) => {
    await expect(readWith({ exp })).resolves.toBeNull();
  });
  it.each(times)("A-20: refuses iat %j, though truly signed", async (iat) => {
    await expect(readWith({ iat })).resolves.toBeNull();
  });

  it.each(["1e400", "-1e400", "1E999", "-0", "1e-400", "0.1e1"])(
    "A-20: refuses the number %s for an end",
    async (spelled) => {
      await expect(readText(`"exp":${claims.exp}`, `"exp":${spelled}`)).resolves.toBeNull();
    },
  );

  it("A-20: believes the last of two claims of one name, as every JSON parser here does", async () => {
    const read = await readText(`"exp":${claims.exp}`, `"exp":1e400,"exp":${claims.exp}`);
    expect(read?.claims.exp).toBe(claims.exp);
    await expect(
      readText(`"exp":${claims.exp}`, `"exp":${claims.exp},"exp":1e400`),
    ).resolves.toBeNull();
  });

  const notIds = [
    undefined,
    null,
    "",
    1,
    [userId],
    { $ne: 1 },
    userId.toUpperCase(),
    `${userId} `,
    "../x",
    "__proto__",
  ];
  it.each(notIds)("A-20: refuses sub %j and sid %j alike", async (id) => {
    await expect(readWith({ sub: id })).resolves.toBeNull();
    await expect(readWith({ sid: id })).resolves.toBeNull();
  });

  it.each([undefined, null, "", 1, [audience], [audience, issuer], `${audience}/`, issuer, "*"])(
    "A-20: refuses the audience %j",
    async (aud) => {
      await expect(readWith({ aud })).resolves.toBeNull();
    },
  );

  it.each([undefined, null, "", [issuer], `${issuer}/`, "https://evil.example", audience])(
    "A-17: refuses the issuer %j",
    async (iss) => {
      await expect(readWith({ iss })).resolves.toBeNull();
    },
  );

  it("A-20: refuses a token without jti or tag", async () => {
    for (const bad of [undefined, null, 1, ["j"], {}]) {
      await expect(readWith({ jti: bad })).resolves.toBeNull();
      await expect(readWith({ tag: bad })).resolves.toBeNull();
    }
  });
});
