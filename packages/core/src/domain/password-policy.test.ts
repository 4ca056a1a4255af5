import { describe, expect, it } from "vitest";
import { lettersAndDigits } from "../options.ts";
import { isCommonPassword } from "../passwords/blocklist.ts";
import { checkPassword, passwordBounds, type PasswordPolicy } from "./password-policy.ts";

const ada = {
  email: "countess.lovelace@example.com",
  tag: "analytical-engineer",
  firstName: "Augusta Ada",
  lastName: "King-Noel",
};

function rulesBroken(password: string, policy: Partial<PasswordPolicy> = {}): readonly string[] {
  const whole = { minLength: 15, require: [], contextWords: [], isCommon: () => false, ...policy };
  return checkPassword(password, ada, whole, "password").map(({ rule }) => rule);
}

describe("checkPassword: length", () => {
  it("A-03: counts code points: 14 are too few, 15 enough, in ASCII and in emoji", () => {
    expect(rulesBroken("p".repeat(14))).toEqual(["password_too_short"]);
    expect(rulesBroken("p".repeat(15))).toEqual([]);
    expect(rulesBroken("🦊".repeat(7))).toEqual(["password_too_short"]);
    expect(rulesBroken("🦊".repeat(14))).toEqual(["password_too_short"]);
    expect(rulesBroken("🦊".repeat(15))).toEqual([]);
  });

  it("names the number and the field", () => {
    const policy = { minLength: 12, require: [], contextWords: [], isCommon: () => false };
    expect(checkPassword("short", ada, policy, "newPassword")).toEqual([
      { path: "newPassword", rule: "password_too_short", limit: 12 },
    ]);
  });

  it("A-03: has a floor of 8 and room for 128 in its bounds", () => {
    expect(passwordBounds).toEqual({ maxCodePoints: 128, maxBytes: 1024, lowestMinLength: 8 });
  });
});

describe("checkPassword: composition", () => {
  it("asks for none by default", () => {
    for (const password of [
      "abcdefghijklmno",
      "               ",
      "ёёёёёёёёёёёёёёё",
      "123456789012345",
    ]) {
      expect(rulesBroken(password)).toEqual([]);
    }
  });

  it("asks for letters and digits of any script where it was told to", () => {
    const policy = { minLength: 8, require: ["letter", "digit"] as const };
    expect(rulesBroken("--------", policy)).toEqual([
      "password_needs_letter",
      "password_needs_digit",
    ]);
    expect(rulesBroken("abcdefgh", policy)).toEqual(["password_needs_digit"]);
    expect(rulesBroken("12345678", policy)).toEqual(["password_needs_letter"]);
    expect(rulesBroken("ёёёёёёё1", policy)).toEqual([]);
    expect(rulesBroken("abcdefg٣", policy)).toEqual([]);
  });

  it("knows the documented rule of eight with letters and digits as a preset", () => {
    expect(lettersAndDigits).toEqual({ minLength: 8, require: ["letter", "digit"] });
  });
});

describe("checkPassword: the person's own words", () => {
  it.each([
    ["the email", "countess.lovelace@example.com"],
    ["the local part of the email", "countess.lovelace"],
    ["the tag", "analytical-engineer"],
    ["both names", "Augusta AdaKing-Noel"],
    ["both names with a space", "Augusta Ada King-Noel"],
    ["both names with a dot", "augusta ada.king-noel"],
    ["the names turned round", "king-noelaugusta ada"],
    ["the names turned round with a space", "King-Noel Augusta Ada"],
    ["the tag in capitals", "ANALYTICAL-ENGINEER"],
  ])("A-04: refuses %s", (_, password) => {
    expect(rulesBroken(password)).toEqual(["password_too_personal"]);
  });

  it("A-04: refuses a single name where passwords may be as short", () => {
    expect(rulesBroken("augusta ada", { minLength: 8 })).toEqual(["password_too_personal"]);
    expect(rulesBroken("KING-NOEL", { minLength: 8 })).toEqual(["password_too_personal"]);
  });

  it("A-04: refuses the product's words", () => {
    const contextWords = ["Accounts.Example.Com"];
    expect(rulesBroken("accounts.example.com", { contextWords })).toEqual([
      "password_too_personal",
    ]);
  });

  it("compares the whole password: a name in a longer one is fine", () => {
    expect(rulesBroken("analytical-engineer of tides")).toEqual([]);
    expect(
      rulesBroken("not accounts.example.com", { contextWords: ["accounts.example.com"] }),
    ).toEqual([]);
  });

  it("folds case in every script", () => {
    const owner = { ...ada, tag: "tag", firstName: "Екатерина", lastName: "Воронцова" };
    const policy = { minLength: 15, require: [], contextWords: [], isCommon: () => false };
    const problems = checkPassword("ЕКАТЕРИНА ВОРОНЦОВА", owner, policy, "password");
    expect(problems.map(({ rule }) => rule)).toEqual(["password_too_personal"]);
  });
});

describe("checkPassword: what attackers try first", () => {
  it("A-04: asks the list about the password in lower case", () => {
    const asked: string[] = [];
    const isCommon = (folded: string): boolean => asked.push(folded) > 0;
    expect(rulesBroken("Correct Horse Battery", { isCommon })).toEqual(["password_too_common"]);
    expect(asked).toEqual(["correct horse battery"]);
  });

  it.each([
    "passwordpassword",
    "PASSWORD1234567",
    "qwertyuiopasdfg",
    "aaaaaaaaaaaaaaa",
    "йцукенгшщзхъфыва",
  ])("A-04: refuses %j by the bundled list", (password) => {
    expect(rulesBroken(password, { isCommon: isCommonPassword })).toEqual(["password_too_common"]);
  });
});

describe("checkPassword: all together", () => {
  it("answers every broken rule in one fixed order", () => {
    const policy = {
      minLength: 15,
      require: ["letter", "digit"] as const,
      contextWords: ["..."],
      isCommon: () => true,
    };
    expect(rulesBroken("...", policy)).toEqual([
      "password_too_short",
      "password_needs_letter",
      "password_needs_digit",
      "password_too_personal",
      "password_too_common",
    ]);
  });
});
