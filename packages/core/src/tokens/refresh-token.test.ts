import { describe, expect, it } from "vitest";
import {
  aSession,
  decode,
  forge,
  issuer,
  later,
  now,
  second,
  secrets,
  sessionId,
  tokensOf,
  userId,
} from "../../test/forge.ts";
import { makeKeys } from "./keys.ts";
import { maxSessionTtlSeconds } from "./refresh-token.ts";

const day = 86_400;
const keys = makeKeys([secrets.newest], undefined);
const { refresh } = tokensOf(keys);
const header = { alg: "HS256", kid: keys.refresh.signing.kid, typ: "rt+jwt" };
const claims = {
  iss: issuer,
  aud: `${issuer}#renew`,
  sub: userId,
  sid: sessionId,
  gen: 3,
  jti: `${sessionId}.3.r`,
  iat: second,
  exp: second + 7 * day,
};
const session = aSession({ generation: 3 });

const readWith = (changed: object): ReturnType<typeof refresh.read> =>
  refresh.read(forge(keys.refresh.signing, header, { ...claims, ...changed }), now);

describe("issuing", () => {
  it("A-15: says whose session it renews and from which generation, and nothing else", async () => {
    const { token, exp } = await refresh.issue(session);
    expect(decode(token, 0)).toEqual(header);
    expect(decode(token, 1)).toEqual(claims);
    expect(exp).toBe(claims.exp);
  });

  it("A-26: ends with the idle time or the session, whichever is sooner", async () => {
    const soonOver = aSession({ rotatedAt: later(29 * day), idleExpiresAt: later(36 * day) });
    expect((await refresh.issue(soonOver)).exp).toBe(second + 30 * day);
    const idle = aSession({ idleExpiresAt: later(100.9) });
    expect((await refresh.issue(idle)).exp).toBe(second + 100);
  });

  it("drops the fraction of a second, so that its times are whole", async () => {
    const { token } = await refresh.issue({ ...session, rotatedAt: later(0.999) });
    expect(decode(token, 1)).toEqual(claims);
  });

  it("gives a generation the same bytes again, and the next one others", async () => {
    const [one, same] = [
      await refresh.issue(session),
      await refresh.issue({ ...session, ip: "::1" }),
    ];
    expect(same.token).toBe(one.token);
    expect((await refresh.issue({ ...session, generation: 4 })).token).not.toBe(one.token);
  });

  it("differs from session to session", async () => {
    const other = await refresh.issue({ ...session, id: userId });
    expect(decode(other.token, 1)["jti"]).not.toBe(claims.jti);
  });
});

describe("reading", () => {
  it("answers the claims, and an expired token as expired", async () => {
    const { token } = await refresh.issue(session);
    await expect(refresh.read(token, now)).resolves.toEqual({ claims, expired: false });
    await expect(refresh.read(token, later(7 * day + 4.999))).resolves.toMatchObject({
      expired: false,
    });
    await expect(refresh.read(token, later(7 * day + 5))).resolves.toEqual({
      claims,
      expired: true,
    });
  });

  it.each([undefined, null, -1, 0.5, "3", [3], Number.MAX_SAFE_INTEGER + 1, true])(
    "A-20: refuses the generation %j",
    async (gen) => {
      await expect(readWith({ gen })).resolves.toBeNull();
    },
  );

  it("A-20: refuses generations that only JSON can spell", async () => {
    const text = JSON.stringify(claims).replace('"gen":3', '"gen":1e400');
    const token = forge(keys.refresh.signing, header, Buffer.from(text));
    await expect(refresh.read(token, now)).resolves.toBeNull();
  });

  it("A-20: refuses every other audience, the access tokens' too", async () => {
    for (const aud of [undefined, issuer, [claims.aud], `${issuer}#`, "https://api.example.com"]) {
      await expect(readWith({ aud })).resolves.toBeNull();
    }
  });

  it("A-20: refuses what would outlive 90 days, or ends before it begins", async () => {
    expect(maxSessionTtlSeconds).toBe(90 * day);
    await expect(readWith({ exp: second + 90 * day })).resolves.not.toBeNull();
    await expect(readWith({ exp: second + 90 * day + 1 })).resolves.toBeNull();
    await expect(readWith({ exp: second })).resolves.toBeNull();
    await expect(readWith({ iat: second + 6, exp: second + day })).resolves.toBeNull();
  });

  it("A-20: refuses ids that are none of ours", async () => {
    for (const id of [undefined, 1, [userId], "", userId.toUpperCase()]) {
      await expect(readWith({ sub: id })).resolves.toBeNull();
      await expect(readWith({ sid: id })).resolves.toBeNull();
    }
  });
});
