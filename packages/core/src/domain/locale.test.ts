import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLocale, locales, negotiateLocale } from "./locale.ts";

describe("negotiateLocale", () => {
  it.each([
    ["ru", "ru"],
    ["RU", "ru"],
    ["ru-RU", "ru"],
    ["ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"],
    ["en-GB,en;q=0.9,ru;q=0.8", "en"],
    ["de,ru;q=0.5,en;q=0.4", "ru"],
    ["ru;q=0.4,en;q=0.5", "en"],
    ["ru;q=0.801, en;q=0.8", "ru"],
    ["ru , en", "ru"],
    ["en,ru", "en"],
    ["de , ru ; q=0.3", "ru"],
    ["fr-CH, *;q=0.5", "en"],
    ["*", "en"],
    ["ru;q=0", "en"],
    ["ru;q=0.000, de", "en"],
    ["de", "en"],
    ["", "en"],
    [undefined, "en"],
    [",,,", "en"],
    [";q=1", "en"],
    ["russian", "en"],
    ["ru_RU", "en"],
  ] as const)("answers Accept-Language %j with %j where English is the default", (header, best) => {
    expect(negotiateLocale(header, "en")).toBe(best);
  });

  it("falls back to the configured language, which also stands for *", () => {
    for (const header of [undefined, "", "de", "*", "ru;q=0"]) {
      expect(negotiateLocale(header, "ru")).toBe("ru");
    }
    expect(negotiateLocale("*, en;q=0.5", "ru")).toBe("ru");
  });

  it("does not take * for a language that has a weight of its own", () => {
    expect(negotiateLocale("en;q=0, *", "en")).toBe("ru");
    expect(negotiateLocale("en;q=0.1, *;q=0.9", "en")).toBe("ru");
    expect(negotiateLocale("*;q=0.9, en;q=0.1", "en")).toBe("ru");
    expect(negotiateLocale("ru;q=0, *", "ru")).toBe("en");
  });

  it("takes the best of several weights of one language", () => {
    expect(negotiateLocale("ru-BY;q=0.2, en;q=0.5, ru;q=0.9", "en")).toBe("ru");
  });

  it("counts a weight beyond 1 as no more than 1", () => {
    expect(negotiateLocale("en, ru;q=1.5", "en")).toBe("en");
    expect(negotiateLocale("en, ru;q=9", "en")).toBe("en");
    expect(negotiateLocale("en;q=1, ru", "ru")).toBe("en");
  });

  it("takes a weight that is none for an absent one", () => {
    for (const odd of ["ru;q=", "ru;q=x", "ru;q=0.1x", "ru;q=-1", "ru;xq=0.1", "ru;q=0.12345"]) {
      expect(negotiateLocale(`en;q=0.9, ${odd}`, "en")).toBe("ru");
    }
    expect(negotiateLocale("en;q=0.5, ru;q=0.", "ru")).toBe("en");
    expect(negotiateLocale("en;q=0.5, ru;q=1.", "en")).toBe("ru");
  });

  it("looks at the first 512 characters only", () => {
    expect(negotiateLocale(`${"de,".repeat(200)}ru`, "en")).toBe("en");
  });

  it("answers one of our languages to any text at all", () => {
    const junk = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("ru", "en", "*", ";", "q=", "0.5", ",", "-", " ", "q=1e9", "\u00e9"))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(junk, fc.constantFrom(...locales), (header, fallback) => {
        expect(isLocale(negotiateLocale(header, fallback))).toBe(true);
      }),
    );
  });
});

describe("isLocale", () => {
  it("knows exactly the languages there are words for", () => {
    expect(locales).toEqual(["en", "ru"]);
    expect(locales.every(isLocale)).toBe(true);
    for (const other of ["de", "EN", "", null, undefined, 0, ["en"], "__proto__"]) {
      expect(isLocale(other)).toBe(false);
    }
  });
});
