import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issuer, later, now, secrets, tokensOf, userId } from "../../test/forge.ts";
import { makeKeys } from "./keys.ts";
import { makeOpaqueResetTokens } from "./opaque-reset-token.ts";
import { makeResetTokens } from "./reset-token.ts";

const keys = makeKeys([secrets.newest], undefined);
const opaque = makeOpaqueResetTokens(keys, 1800);
const jobId = "6f1d2a9e-0b7c-4d3e-8a5f-9c1b2d3e4f50";
const bytes = keys.mac("jobs", "opaque reset link", jobId);
const secret = bytes.toString("base64url");

describe("issuing", () => {
  it("is the user's id and 32 bytes, of which a digest is kept", async () => {
    await expect(opaque.issue(userId, jobId, now)).resolves.toEqual({
      token: `${userId}.${secret}`,
      digest: createHash("sha256").update(secret).digest("base64url"),
      expiresAt: later(1800),
    });
    expect(bytes).toHaveLength(32);
  });

  it("repeats itself for a repeated job, and only for that", async () => {
    const first = await opaque.issue(userId, jobId, now);
    await expect(opaque.issue(userId, jobId, now)).resolves.toEqual(first);
    await expect(opaque.issue(userId, userId, now)).resolves.not.toEqual(first);
    const foreign = makeOpaqueResetTokens(makeKeys([secrets.foreign], undefined), 1800);
    const other = await foreign.issue(userId, jobId, now);
    expect(other.digest).not.toBe(first.digest);
    expect(other.token).not.toBe(first.token);
  });

  it("drops the fraction of a second and lives as long as it is configured to, as a JWT does", async () => {
    const short = makeOpaqueResetTokens(keys, 900);
    const jwt = makeResetTokens({ keys, issuer, clockToleranceSeconds: 0, ttlSeconds: 900 });
    const [one, other] = await Promise.all(
      [short, jwt].map((tokens) => tokens.issue(userId, jobId, later(0.999))),
    );
    expect(one?.expiresAt).toEqual(later(900));
    expect(other?.expiresAt).toEqual(later(900));
    expect(other?.digest).not.toBe(one?.digest);
  });
});

describe("reading", () => {
  it("answers whose link it is and its digest, and leaves the time to the store", async () => {
    const { token, digest } = await opaque.issue(userId, jobId, now);
    const read = { userId, digest, expired: false };
    await expect(opaque.read(token, now)).resolves.toEqual(read);
    await expect(opaque.read(token, later(86_400))).resolves.toEqual(read);
  });

  it.each([
    ...["", ".", secret, userId, `${userId}.`, `.${secret}`, `${secret}.${userId}`],
    ...[`${userId.toUpperCase()}.${secret}`, `{${userId}}.${secret}`, `x${userId}.${secret}`],
    ...[`${userId}.${secret}=`, `${userId}.${secret}A`, `${userId}.${secret.slice(1)}`],
    ...[`${userId}.${secret}\n`, ` ${userId}.${secret}`, `${userId}..${secret}`],
    ...[
      `${userId}.${secret}.${secret}`,
      `${userId}.${"+/".repeat(21)}A`,
      `${userId}.${"é".repeat(43)}`,
    ],
    ...[
      `${userId}.${"A".repeat(42)}B`,
      `${userId}%2e${secret}`,
      `${userId}.${bytes.toString("hex")}`,
    ],
  ])("refuses %j", async (text) => {
    await expect(opaque.read(text, now)).resolves.toBeNull();
  });

  it("reads one spelling of each 32 bytes, and never another", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const property = fc.asyncProperty(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      async (value) => {
        const own = Buffer.from(value).toString("base64url");
        const spellings = alphabet.split("").map((last) => `${own.slice(0, -1)}${last}`);
        const read = await Promise.all(
          spellings.map((text) => opaque.read(`${userId}.${text}`, now)),
        );
        const same = spellings.filter((text) => Buffer.from(text, "base64url").equals(value));
        const taken = spellings.filter((_, index) => read[index] !== null);
        expect(same).toHaveLength(4);
        expect(taken.filter((text) => same.includes(text))).toEqual([own]);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it("A-19: takes no other token, nor does another reader take an opaque one", async () => {
    const { token } = await opaque.issue(userId, jobId, now);
    const others = tokensOf(keys);
    for (const kind of ["access", "refresh", "reset"] as const) {
      await expect(others[kind].read(token, now)).resolves.toBeNull();
    }
    const jwt = await others.reset.issue(userId, jobId, now);
    await expect(opaque.read(jwt.token, now)).resolves.toBeNull();
  });
});
