import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkSecret, decodeSecret } from "./secret.ts";

const good = "k3rX0c9TqvJw1uYhP5mZ7bLd2NfS8aGeR6tVxQyUiKo";
const text = (bytes: readonly number[]): string => Buffer.from(bytes).toString("base64url");
const row = (length: number, step: number): number[] =>
  Array.from({ length }, (_, index) => (index * step + 7) & 255);

describe("decodeSecret", () => {
  it("answers the bytes", () => {
    expect(decodeSecret(good)).toEqual(Buffer.from(good, "base64url"));
    expect(decodeSecret(good)).toHaveLength(32);
  });

  it("takes longer ones whole", () => {
    expect(decodeSecret(randomBytes(64).toString("base64url"))).toHaveLength(64);
  });

  it("answers no bytes of a secret that is refused", () => {
    for (const bad of [undefined, "", "c2VjcmV0", "a".repeat(64), `${good}=`]) {
      expect(() => decodeSecret(bad)).toThrow(/^secret /);
      expect(() => decodeSecret(bad, "keys.keys[0].k")).toThrow(/^keys\.keys\[0\]\.k /);
    }
  });

  it("refuses no secret that was drawn at random", () => {
    for (let round = 0; round < 2000; round++) {
      const drawn = randomBytes(32);
      expect(decodeSecret(drawn.toString("base64url"))).toEqual(drawn);
    }
  });

  it("takes twelve different bytes, if they stand in disorder", () => {
    const drawn = createHash("sha512").update("twelve").digest();
    const twelve = drawn.map((byte) => (byte % 12) * 21);
    expect(new Set(twelve).size).toBe(12);
    expect(() => decodeSecret(text([...twelve]))).not.toThrow();
  });

  it("takes 32 random bytes written in hexadecimal, which are base64url as well", () => {
    expect(() => decodeSecret(randomBytes(32).toString("hex"))).not.toThrow();
  });
});

describe("checkSecret", () => {
  it.each([undefined, null, "", 42, {}, [good], Buffer.from(good)])("A-49: misses %j", (secret) => {
    expect(() => checkSecret(secret)).toThrow(TypeError);
    expect(() => checkSecret(secret)).toThrow(/^secret is missing; make one with: node -e /);
  });

  it.each([
    ["31 bytes", good.slice(0, 42).replace(/..$/, "")],
    ["8 bytes", "c2VjcmV0MTI"],
    ["a word", "secret"],
    ["42 characters, one short", good.slice(0, 42)],
  ])("A-49: refuses %s as too short", (_, secret) => {
    expect(() => checkSecret(secret)).toThrow(/^secret has fewer than 32 bytes; make one with/);
  });

  it.each([
    ["base64 with padding", `${good}=`],
    ["base64's other alphabet", `${good.slice(0, -2)}+/`],
    ["a space within", `${good.slice(0, 20)} ${good.slice(20)}`],
    ["a line feed behind, as files end", `${good}\n`],
    ["a sentence", "correct horse battery staple, correct horse battery"],
    ["Cyrillic letters", "секретсекретсекретсекретсекретсекретсекретсекрет"],
    ["a NUL", `${good}\0`],
  ])("A-49: refuses %s as not base64url", (_, secret) => {
    expect(() => checkSecret(secret)).toThrow(/^secret is not base64url; make one with/);
  });

  it.each([
    ["zeros", text(Array.from({ length: 32 }, () => 0))],
    ["one letter", "a".repeat(64)],
    ["two letters", "ab".repeat(32)],
    ["a repeated word", "changeme".repeat(8)],
    ["a repeated word that ends early", "correct-horse-battery-".repeat(4).slice(0, 70)],
    ["a repeated third", good.slice(0, 24).repeat(3)],
    ["a repeated half", good.slice(0, 32).repeat(2)],
    ["digits", "1234567890".repeat(5)],
    ["digits in disorder", "31415926535897932384626433832795028841971693993751"],
    ["counted bytes", text(row(32, 1))],
    ["bytes counted by threes", text(row(48, 3))],
    ["bytes counted down", text(row(32, 255))],
    ["the alphabet", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"],
    ["eleven different bytes", text(Array.from({ length: 64 }, (_, i) => (i * i * 7) % 11))],
  ])("A-49: refuses %s as not random", (_, secret) => {
    expect(() => checkSecret(secret)).toThrow(/^secret is not random; make one with/);
  });

  it("says which secret is meant, and never repeats it", () => {
    expect(() => checkSecret("shortsecret", "keys.keys[1].k")).toThrow(
      /^keys\.keys\[1\]\.k has fewer/,
    );
    for (const secret of ["shortcanary", "canary!".repeat(9), "canary".repeat(12)]) {
      expect(() => checkSecret(secret)).toThrow(/^(?!.*canary)/s);
    }
  });
});
