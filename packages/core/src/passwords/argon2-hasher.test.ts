import { randomBytes } from "node:crypto";
import { parseOptions } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { passwordField } from "../domain/fields.ts";
import type { Random } from "../ports/random.ts";
import { argon2Hasher, type Argon2Options } from "./argon2-hasher.ts";

const random: Random = { bytes: (count) => randomBytes(count) };
const weakest = { memoryKiB: 12_288, passes: 3, lanes: 1 };

function aHasher(options: Partial<Argon2Options> = {}): ReturnType<typeof argon2Hasher> {
  return argon2Hasher({ ...weakest, concurrency: 2, queue: 50, random, ...options });
}

describe("hash", () => {
  it("A-07: makes a PHC argon2id string with the configured parameters", async () => {
    const hashed = await aHasher({ memoryKiB: 47_104, passes: 1 }).hash("a quiet river bends");
    expect(hashed).toMatch(
      /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
    expect(parseOptions(hashed)).toMatchObject({ saltLen: 16, outputLen: 32 });
  });

  it("takes a fresh salt from the given randomness for each password", async () => {
    const asked: number[] = [];
    const counting = { bytes: (count: number) => new Uint8Array(count).fill(asked.push(count)) };
    const hasher = aHasher({ random: counting });
    const [first, second] = [await hasher.hash("the same"), await hasher.hash("the same")];
    expect(asked).toEqual([16, 16]);
    expect(first).not.toBe(second);
  });
});

describe("verify", () => {
  it("knows the password again, and no other", async () => {
    const hasher = aHasher();
    const hashed = await hasher.hash("moonlight over tver");
    await expect(hasher.verify(hashed, "moonlight over tver")).resolves.toBe(true);
    for (const other of ["moonlight over twer", "Moonlight over tver", "", hashed]) {
      await expect(hasher.verify(hashed, other)).resolves.toBe(false);
    }
  });

  it("A-06: tells passwords apart after byte 72, after a NUL, and by a trailing space", async () => {
    const hasher = aHasher();
    const long = "a".repeat(100);
    for (const [one, other] of [
      [`${long}1`, `${long}2`],
      [long.slice(0, 72), long.slice(0, 73)],
      ["before\0after", "before\0other"],
      ["before\0after", "before"],
      ["a quiet river bends", "a quiet river bends "],
    ] as const) {
      const hashed = await hasher.hash(one);
      await expect(hasher.verify(hashed, other)).resolves.toBe(false);
      await expect(hasher.verify(hashed, one)).resolves.toBe(true);
    }
  });

  it("A-06: never sees a NUL or a lone surrogate, for the password field refuses both", () => {
    for (const bad of [
      "before\0after!!!!!!",
      "aaaaaaaa\ud800",
      "aaaaaaaa\udbff",
      "aaaaaaa\ufffd",
    ]) {
      expect(passwordField.safeParse(bad).success).toBe(false);
    }
  });

  it("takes its parameters from the hash, whatever today's are", async () => {
    const hashed = await aHasher({ memoryKiB: 19_456, passes: 2 }).hash("an earlier password");
    await expect(aHasher().verify(hashed, "an earlier password")).resolves.toBe(true);
  });

  it.each([
    "",
    "plain text",
    "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
    "$argon2id$v=19$m=12288,t=3,p=1$AAAA$BBBB",
    "$argon2id$v=19$m=12288,t=0,p=1$BwcHBwcHBwcHBwcHBwcHBw$Gh4xy5OiUG9t3xYlXvLfRA",
  ])(
    "treats a stored text that is no argon2 hash as a fault, naming nothing of it: %j",
    async (stored) => {
      const fault = aHasher().verify(stored, "whatever it is");
      await expect(fault).rejects.toThrow("A stored password hash is not an argon2 hash.");
    },
  );

  it("sheds what the pool cannot hold", async () => {
    const hasher = aHasher({ concurrency: 1, queue: 1 });
    const stored = hasher.dummy(new Uint8Array(32));
    const tries = Array.from({ length: 5 }, () => hasher.verify(stored, "guess"));
    const results = await Promise.allSettled(tries);
    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(2).fill("fulfilled"),
      ...Array<string>(3).fill("rejected"),
    ]);
    expect(results[4]).toMatchObject({ reason: { code: "busy", retryAfterSeconds: 1 } });
  });
});

describe("needsRehash", () => {
  it("A-07: asks for a new hash when any parameter has changed, up or down", async () => {
    const hashed = await aHasher().hash("a quiet river bends");
    expect(aHasher().needsRehash(hashed)).toBe(false);
    for (const other of [{ memoryKiB: 16_384 }, { passes: 4 }, { lanes: 2 }]) {
      expect(aHasher(other).needsRehash(hashed)).toBe(true);
    }
  });

  it("asks for one when the variant, the version, the salt or the tag is another", () => {
    const hasher = aHasher();
    const stored = hasher.dummy(new Uint8Array(32));
    const [salt = "", tag = ""] = stored.split("$").slice(4);
    for (const other of [
      stored.replace("argon2id", "argon2i"),
      stored.replace("v=19", "v=16"),
      stored.replace(salt, "BwcHBwcHBwcHBw"),
      stored.replace(tag, "BwcHBwcHBwcHBwcHBwcHBw"),
      "no hash at all",
    ]) {
      expect(hasher.needsRehash(other)).toBe(true);
    }
  });
});

describe("dummy", () => {
  it("has the form and parameters of a real hash, so that checking it costs the same", async () => {
    const hasher = aHasher({ memoryKiB: 19_456, passes: 2 });
    const real = await hasher.hash("a quiet river bends");
    const dummy = hasher.dummy(randomBytes(32));
    expect(parseOptions(dummy)).toEqual(parseOptions(real));
    expect(dummy).toHaveLength(real.length);
    expect(hasher.needsRehash(dummy)).toBe(false);
  });

  it("is the same for the same seed, and another for another", () => {
    const seed = new Uint8Array(32).fill(7);
    expect(aHasher().dummy(seed)).toBe(aHasher().dummy(seed.slice()));
    expect(aHasher().dummy(seed)).not.toBe(aHasher().dummy(new Uint8Array(32)));
  });

  it("draws no randomness and takes no place in the pool", async () => {
    const none: Random = {
      bytes: () => {
        throw new Error("a dummy must not ask for randomness");
      },
    };
    const hasher = aHasher({ random: none, concurrency: 1, queue: 0 });
    const busy = hasher.verify(hasher.dummy(new Uint8Array(1)), "guess");
    expect(hasher.dummy(new Uint8Array(2))).toMatch(/^\$argon2id\$/);
    await busy;
  });

  it("is matched by no password, not even by its own text or seed", async () => {
    const hasher = aHasher();
    const seed = new Uint8Array(32).fill(65);
    const dummy = hasher.dummy(seed);
    for (const guess of ["", "\0", "password", dummy, Buffer.from(seed).toString()]) {
      await expect(hasher.verify(dummy, guess)).resolves.toBe(false);
    }
  });
});

describe("parameters", () => {
  it.each([
    [{ passes: 1, memoryKiB: 47_103 }, "47104"],
    [{ passes: 2, memoryKiB: 19_455 }, "19456"],
    [{ passes: 3, memoryKiB: 12_287 }, "12288"],
    [{ passes: 10, memoryKiB: 12_287 }, "12288"],
    [{ passes: 0 }, "passes"],
    [{ passes: 1.5 }, "passes"],
    [{ lanes: 0 }, "lanes"],
    [{ lanes: 256 }, "lanes"],
    [{ memoryKiB: Number.NaN }, "memoryKiB"],
    [{ memoryKiB: 47_104 * 1024 }, "counts KiB"],
  ])("refuses what ASVS calls too weak, or what is no such number: %o", (options, words) => {
    expect(() => aHasher(options)).toThrow(TypeError);
    expect(() => aHasher(options)).toThrow(words);
  });

  it.each([
    { passes: 1, memoryKiB: 47_104 },
    { passes: 2, memoryKiB: 19_456 },
    { passes: 5, memoryKiB: 12_288 },
    { passes: 3, memoryKiB: 65_536, lanes: 4 },
  ])("takes what ASVS calls enough: %o", (options) => {
    expect(() => aHasher(options)).not.toThrow();
  });
});
