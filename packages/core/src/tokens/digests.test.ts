import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { secrets } from "../../test/forge.ts";
import {
  codeDigest,
  confirmationCode,
  derivedId,
  emailKey,
  formatUuid,
  limitKey,
  sameDigest,
} from "./digests.ts";
import { makeKeys } from "./keys.ts";

const keys = makeKeys([secrets.newest], undefined);
const others = makeKeys([secrets.older], undefined);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("confirmationCode", () => {
  it("is six digits, the same for a job however often it runs", () => {
    expect(confirmationCode(keys, "job 1")).toMatch(/^[0-9]{6}$/);
    expect(confirmationCode(keys, "job 1")).toBe(confirmationCode(keys, "job 1"));
    expect(confirmationCode(keys, "job 1")).not.toBe(confirmationCode(others, "job 1"));
  });

  it("is uniform over a million values, leading zeros included", () => {
    const draws = 50_000;
    const buckets = 100;
    const counts = new Uint32Array(buckets);
    const digits = new Uint32Array(10);
    const tally = (of: Uint32Array, bucket: number): void => {
      of[bucket] = (of[bucket] ?? 0) + 1;
    };
    for (let job = 0; job < draws; job++) {
      const code = confirmationCode(keys, `job ${job}`);
      tally(counts, Math.floor(Number(code) / 10_000));
      tally(digits, Number(code[5]));
    }
    const chiSquare = (of: Uint32Array): number =>
      of.reduce((sum, count) => sum + (count - draws / of.length) ** 2 / (draws / of.length), 0);
    // The jobs are fixed, so this cannot flake; the bounds are the 99.9th percentiles.
    expect(chiSquare(counts)).toBeLessThan(149);
    expect(chiSquare(digits)).toBeLessThan(27.9);
    expect(counts[0]).toBeGreaterThan(0);
  });
});

describe("codeDigest", () => {
  it("binds a code to the email it was mailed to", () => {
    const digest = codeDigest(keys, "ada@example.com", "123456");
    expect(codeDigest(keys, "ada@example.com", "123456")).toBe(digest);
    expect(codeDigest(keys, "eve@example.com", "123456")).not.toBe(digest);
    expect(codeDigest(keys, "ada@example.com", "123457")).not.toBe(digest);
    expect(codeDigest(keys, "ada@example.com1", "23456")).not.toBe(digest);
  });

  it("cannot be searched without the key: it is no plain digest of a million values", () => {
    const digest = codeDigest(keys, "ada@example.com", "123456");
    expect(codeDigest(others, "ada@example.com", "123456")).not.toBe(digest);
    for (const text of ["123456", "ada@example.com123456", "confirmada@example.com123456"]) {
      expect(createHash("sha256").update(text).digest("base64url")).not.toBe(digest);
    }
  });
});

describe("emailKey and limitKey", () => {
  it("hide what they stand for, and are the same for the same thing", () => {
    expect(emailKey(keys, "ada@example.com")).toBe(emailKey(keys, "ada@example.com"));
    expect(emailKey(keys, "ada@example.com")).toMatch(/^[\w-]{43}$/);
    expect(limitKey(keys, "network", "192.0.2.1")).toMatch(/^[\w-]{22}$/);
    expect(limitKey(keys, "network", "192.0.2.1")).not.toBe(
      limitKey(others, "network", "192.0.2.1"),
    );
  });

  it("never count two kinds of identifier together", () => {
    expect(limitKey(keys, "tag", "ada")).not.toBe(limitKey(keys, "email", "ada"));
    expect(limitKey(keys, "tag", "ada")).not.toBe(limitKey(keys, "taga", "da"));
    expect(limitKey(keys, "email", "ada@example.com")).not.toBe(
      emailKey(keys, "ada@example.com").slice(0, 22),
    );
  });
});

describe("derivedId", () => {
  it("is a UUID that follows from its parts and their order", () => {
    const id = derivedId(keys, "parent", "expire");
    expect(id).toMatch(uuid);
    expect(derivedId(keys, "parent", "expire")).toBe(id);
    const distinct = [
      derivedId(keys, "expire", "parent"),
      derivedId(keys, "parente", "xpire"),
      derivedId(keys, "parent", "expire", ""),
      derivedId(others, "parent", "expire"),
    ];
    expect(distinct).not.toContain(id);
    expect(new Set(distinct).size).toBe(4);
  });
});

describe("what is made of the key", () => {
  it("is the same in every version, or what stores keep and mails say is void", () => {
    const email = "ada@example.com";
    expect(emailKey(keys, email)).toBe("HOwVz0vtlPBtGeHVGFwLPpDPMCIDYX1_UhC60evjHJk");
    expect(confirmationCode(keys, "job 1")).toBe("711161");
    expect(codeDigest(keys, email, "123456")).toBe("LB5Pt8LPsOMZKeshYOYU91JCVgWLjDvGCxg19A5h2cI");
    expect(limitKey(keys, "network", "192.0.2.1")).toBe("UUxqtPnCVNTGHkUwDRDUpg");
    expect(derivedId(keys, "job 1", "expire")).toBe("b54759c4-837f-45aa-8cfd-1cb608e98e31");
  });
});

describe("sameDigest", () => {
  it("finds two digests the same only where they agree to the last letter", () => {
    const digest = emailKey(keys, "ada@example.com");
    const other = emailKey(keys, "eve@example.com");
    expect(sameDigest(digest, emailKey(keys, "ada@example.com"))).toBe(true);
    for (const text of [other, `${digest.slice(0, -1)}A`, digest.slice(0, -1), `${digest}A`, ""]) {
      expect(sameDigest(digest, text)).toBe(false);
      expect(sameDigest(text, digest)).toBe(false);
    }
  });
});

describe("formatUuid", () => {
  it("marks version and variant and keeps the other 122 bits", () => {
    expect(formatUuid(new Uint8Array(16))).toBe("00000000-0000-4000-8000-000000000000");
    expect(formatUuid(new Uint8Array(32).fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    const counted = Uint8Array.from({ length: 16 }, (_, index) => index * 17);
    expect(formatUuid(counted)).toBe("00112233-4455-4677-8899-aabbccddeeff");
  });

  it("leaves the bytes it was given alone", () => {
    const bytes = new Uint8Array(16).fill(255);
    formatUuid(bytes);
    expect(bytes).toEqual(new Uint8Array(16).fill(255));
  });
});
