import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  decode,
  forge,
  issuer,
  later,
  now,
  second,
  secrets,
  tokensOf,
  userId,
} from "../../test/forge.ts";
import { makeKeys } from "./keys.ts";
import { makeResetTokens, maxResetTtlSeconds } from "./reset-token.ts";

const keys = makeKeys([secrets.newest], undefined);
const { reset } = tokensOf(keys);
const header = { alg: "HS256", kid: keys.reset.signing.kid, typ: "reset+jwt" };
const jobId = "6f1d2a9e-0b7c-4d3e-8a5f-9c1b2d3e4f50";
const jti = keys.mac("jobs", "reset link", jobId).toString("base64url");
const claims = {
  iss: issuer,
  sub: userId,
  jti,
  iat: second,
  exp: second + 1800,
  scope: "password-reset",
};

const readWith = (changed: object): ReturnType<typeof reset.read> =>
  reset.read(forge(keys.reset.signing, header, { ...claims, ...changed }), now);

describe("issuing", () => {
  it("A-15: says whose password it resets, until when, and no email", async () => {
    const { token, expiresAt } = await reset.issue(userId, jobId, now);
    expect(decode(token, 0)).toEqual(header);
    expect(decode(token, 1)).toEqual(claims);
    expect(expiresAt).toEqual(later(1800));
  });

  it("repeats itself for a repeated job, and only for that", async () => {
    const first = await reset.issue(userId, jobId, now);
    await expect(reset.issue(userId, jobId, now)).resolves.toEqual(first);
    const other = await reset.issue(userId, userId, now);
    expect(other.digest).not.toBe(first.digest);
    expect(other.token).not.toBe(first.token);
    const elsewhere = makeKeys([secrets.older], undefined);
    const foreign = await tokensOf(elsewhere).reset.issue(userId, jobId, now);
    expect(foreign.digest).not.toBe(first.digest);
  });

  it("holds 256 bits nobody can guess, of which a digest is kept", async () => {
    const { digest, token } = await reset.issue(userId, jobId, now);
    expect(Buffer.from(String(decode(token, 1)["jti"]), "base64url")).toHaveLength(32);
    expect(digest).toBe(createHash("sha256").update(jti).digest("base64url"));
    expect(token).not.toContain(digest);
  });

  it("drops the fraction of a second, so that its times are whole", async () => {
    const { token, expiresAt } = await reset.issue(userId, jobId, later(0.999));
    expect(decode(token, 1)).toEqual(claims);
    expect(expiresAt).toEqual(later(1800));
  });

  it("lives as long as it is configured to", async () => {
    const settings = { keys, issuer, clockToleranceSeconds: 0 };
    const short = makeResetTokens({ ...settings, ttlSeconds: 900 });
    await expect(short.issue(userId, jobId, now)).resolves.toMatchObject({ expiresAt: later(900) });
  });
});

describe("reading", () => {
  it("answers whose link it is and its digest, a second before the end and at it", async () => {
    const settings = { keys, issuer, clockToleranceSeconds: 0 };
    const exact = makeResetTokens({ ...settings, ttlSeconds: 1800 });
    const { token, digest } = await exact.issue(userId, jobId, now);
    await expect(exact.read(token, later(1799))).resolves.toEqual({
      userId,
      digest,
      expired: false,
    });
    await expect(exact.read(token, later(1800))).resolves.toEqual({
      userId,
      digest,
      expired: true,
    });
  });

  it("A-27: finds a forged token forged even when it is also expired", async () => {
    const { token } = await reset.issue(userId, jobId, now);
    const forged = `${token.slice(0, -4)}AAAA`;
    await expect(reset.read(forged, now)).resolves.toBeNull();
    await expect(reset.read(forged, later(7200))).resolves.toBeNull();
    await expect(reset.read(token, later(7200))).resolves.toMatchObject({ expired: true });
  });

  it.each([undefined, null, "", "password-change", ["password-reset"], "password-reset access", 1])(
    "A-19: refuses the scope %j",
    async (scope) => {
      await expect(readWith({ scope })).resolves.toBeNull();
    },
  );

  it.each([undefined, null, "", jti.slice(1), `${jti}A`, [jti], 1])(
    "A-20: refuses the id %j",
    async (odd) => {
      await expect(readWith({ jti: odd })).resolves.toBeNull();
    },
  );

  it("A-20: refuses what would live longer than an hour", async () => {
    expect(maxResetTtlSeconds).toBe(3600);
    await expect(readWith({ exp: second + 3600 })).resolves.not.toBeNull();
    await expect(readWith({ exp: second + 3601 })).resolves.toBeNull();
    await expect(readWith({ exp: undefined })).resolves.toBeNull();
    await expect(readWith({ iat: second + 6 })).resolves.toBeNull();
  });
});
