import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEmailAddress } from "./email-address.ts";
import { makeTag, parseTag } from "./tag.ts";

const zeros = new Uint8Array(6);

describe("parseTag", () => {
  it("A-09: folds the case of ASCII letters, so that Admin, ADMIN and admin are one tag", () => {
    expect(parseTag("Admin")).toBe("admin");
    expect(parseTag("ADMIN")).toBe("admin");
    expect(parseTag("admin")).toBe("admin");
  });

  it.each(["abc", "a".repeat(32), "0_0", "ada.lovelace", "a-b", "..."])("takes %j", (typed) => {
    expect(parseTag(typed)).toBe(typed);
  });

  it.each([
    ["two characters", "ab"],
    ["33 characters", "a".repeat(33)],
    ["an at sign", "ada@example.com"],
    ["a space", "ada lovelace"],
    ["a space behind", "ada "],
    ["a line feed behind", "ada\n"],
    ["a NUL", "ada\0"],
    ["a slash", "../etc"],
    ["a percent sign", "ada%40"],
    ["Cyrillic letters that look Latin", "аdа"],
    ["the Kelvin sign, which lower case would make a k", "\u212aate"],
    ["a dotted capital I", "İda"],
    ["fullwidth letters", "ａｄａ"],
    ["a combining mark", "ada\u0301"],
    ["nothing", ""],
  ])("A-09: refuses %s", (_, typed) => {
    expect(parseTag(typed)).toBeNull();
  });

  it("reads its own answer as itself, and never an email address", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[A-Za-z0-9_.@-]{1,40}$/),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const tag = parseTag(typed);
        expect(tag === null || parseEmailAddress(typed) === null).toBe(true);
        expect(tag === null ? null : parseTag(tag)).toBe(tag);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("makeTag", () => {
  it("joins the names and a suffix of six characters", () => {
    expect(makeTag("Ada", "Lovelace", zeros)).toBe("ada_lovelace-aaaaaa");
    expect(makeTag("Ada", "Lovelace", Uint8Array.of(0, 1, 2, 31, 32, 255))).toBe(
      "ada_lovelace-abc9a9",
    );
  });

  it("spells Russian names in Latin letters", () => {
    expect(makeTag("Щукина", "Ёлкина-Юрьева", zeros)).toBe("shchukina_elkinaiureva-aaaaaa");
    expect(makeTag("Андрей", "Хрущёв", zeros)).toBe("andrei_khrushchev-aaaaaa");
  });

  it("drops accents", () => {
    expect(makeTag("Zoë", "Çelik", zeros)).toBe("zoe_celik-aaaaaa");
  });

  it("calls people 'user' whose names it cannot spell", () => {
    expect(makeTag("李", "明", zeros)).toBe("user-aaaaaa");
    expect(makeTag("李", "Bo", zeros)).toBe("bo-aaaaaa");
  });

  it("cuts long names to leave room for the suffix, which has no more of the random bytes", () => {
    expect(makeTag("W".repeat(100), "Щ".repeat(100), zeros)).toBe(
      `${"w".repeat(16)}_shchshc-aaaaaa`,
    );
    expect(makeTag("W".repeat(100), "李", new Uint8Array(32))).toBe(`${"w".repeat(16)}-aaaaaa`);
  });

  it("spreads the suffix evenly over 32 characters, so that it holds 30 bits", () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      const last = makeTag("a", "b", new Uint8Array(6).fill(byte)).at(-1) ?? "";
      counts.set(last, (counts.get(last) ?? 0) + 1);
    }
    expect(counts.size).toBe(32);
    expect(new Set(counts.values())).toEqual(new Set([8]));
  });

  it("makes a tag that stands as it is, whatever the names", () => {
    const name = fc.string({ unit: "grapheme", maxLength: 100 });
    const random = fc.uint8Array({ minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(name, name, random, (firstName, lastName, bytes) => {
        const tag = makeTag(firstName, lastName, bytes);
        expect(parseTag(tag)).toBe(tag);
      }),
      { numRuns: 1000 },
    );
    const longest = makeTag("W".repeat(100), "Щ".repeat(100), zeros);
    expect(parseTag(longest)).toBe(longest);
  });
});
