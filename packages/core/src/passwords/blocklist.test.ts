import { describe, expect, it } from "vitest";
import { isCommonPassword } from "./blocklist.ts";
import { commonPasswords } from "./common-passwords.ts";

const entries = commonPasswords.trim().split(/\s+/);

describe("the bundled list", () => {
  it("has 3000 entries and more that a minimum of 15 lets through, and as many of 8 to 14", () => {
    expect(entries.filter((entry) => entry.length >= 15).length).toBeGreaterThanOrEqual(3000);
    const short = entries.filter((entry) => entry.length >= 8 && entry.length < 15);
    expect(short.length).toBeGreaterThanOrEqual(3000);
  });

  it("holds each entry once, in lower case", () => {
    expect(new Set(entries).size).toBe(entries.length);
    expect(entries.filter((entry) => entry !== entry.toLowerCase())).toEqual([]);
  });

  it("stays small enough to ship", () => {
    expect(Buffer.byteLength(commonPasswords)).toBeLessThan(150_000);
  });

  it("is refused from the first entry to the last", () => {
    expect(entries.filter((entry) => !isCommonPassword(entry))).toEqual([]);
  });
});

describe("isCommonPassword", () => {
  it.each([
    "password",
    "1q2w3e4r5t6y7u8i9o0p",
    "manchesterunited",
    "30secondstomars",
    "ghjcnjgfhjkm",
  ])("knows a listed password: %s", (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each(["простопароль", "пароль12345", "простопароль12345"])(
    "knows a listed password typed on the Russian layout: %s",
    (password) => {
      expect(isCommonPassword(password)).toBe(true);
    },
  );

  it.each([
    "password1234567",
    "football!!!!!!!",
    "111password",
    "12345iloveyou54321",
    "monkey12345",
  ])("knows a listed password behind its padding: %s", (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each([
    "passwordpassword",
    "aaaaaaaaaaaaaaa",
    "123123123123123",
    "abababababababa",
    "кошкакошкакошка",
    "🙂🙃🙂🙃🙂🙃🙂🙃",
  ])("refuses one short unit over and over: %s", (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each([
    "qwertyuiopasdfgh",
    "abcdefghijklmnop",
    "0123456789012345",
    "zyxwvutsrqponmlk",
    "йцукенгшщзхъфыва",
    "абвгдеёжзийклмно",
    "1qaz2wsx3edc4rfv5tgb",
    "abcdefgh12345678",
    "aaaabbbbccccdddd",
    "dragon123456789",
    "!@#$%^&*()_+!@#",
  ])("refuses a walk along the keyboard or an alphabet: %s", (password) => {
    expect(isCommonPassword(password)).toBe(true);
  });

  it.each([
    "correct horse battery staple",
    "a quiet river bends",
    "кошка съела рыбу вчера",
    "strawberryfields and honey",
    "vq8xk2mwzr5tn1b",
    "onlookerrevenue",
    "twenty qwerty keyboards",
  ])("lets a password through that only resembles one: %s", (password) => {
    expect(isCommonPassword(password)).toBe(false);
  });

  it("lets a long unit stand though it is written twice", () => {
    const unit = "river bends slowly";
    expect(isCommonPassword(unit + unit)).toBe(false);
  });

  it("answers for the longest password at once", () => {
    const before = performance.now();
    for (let round = 0; round < 200; round++) isCommonPassword(`${"ab".repeat(510)}c${round}`);
    expect((performance.now() - before) / 200).toBeLessThan(5);
  });
});
