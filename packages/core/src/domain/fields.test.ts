import { describe, expect, it } from "vitest";
import * as z from "zod";
import { describeField, isAuthError, type FieldProblem } from "../errors.ts";
import {
  callerField,
  codeField,
  emailField,
  identifierField,
  idField,
  nameField,
  parseInput,
  passwordField,
  pathIdField,
  tagField,
  tokenField,
} from "./fields.ts";

const id = "0b8a3c1e-7d7a-4b3f-9a52-3f1c2d4e5f60";
const ada = { userId: id, tag: "ada", sessionId: id };

/** What a field reads, or the problem it answers. */
function read(field: z.ZodType, value: unknown): unknown {
  try {
    return parseInput(z.strictObject({ field }), { field: value }).field;
  } catch (error) {
    return isAuthError(error, "invalid_input") ? error.fields.map(withoutPath) : error;
  }
}

const withoutPath = ({ rule, limit }: FieldProblem): string =>
  limit === undefined ? rule : `${rule} ${limit}`;

const texts = {
  email: [emailField, "ada@example.com"],
  tag: [tagField, "ada"],
  identifier: [identifierField, "ada"],
  name: [nameField, "Ada"],
  password: [passwordField, "moonlight over tver"],
  code: [codeField, "123456"],
  id: [idField, id],
  "path id": [pathIdField, id],
  token: [tokenField, "a.b.c"],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

describe.each(Object.entries(texts))("the %s field", (_, [field, good]) => {
  it.each([
    ["a number", 123_456],
    ["true", true],
    ["null", null],
    ["an array", [good]],
    ["an object", { $ne: good }],
    ["a nested object", { toString: { length: 1 } }],
    ["a boxed string", Object(good)],
    ["a date", new Date(0)],
  ])("A-38: refuses %s, and makes no string of it", (__, value) => {
    expect(read(field, value)).toEqual(["wrong_type"]);
  });

  it("is required", () => {
    expect(read(field, undefined)).toEqual(["required"]);
  });

  it("does not take an empty text", () => {
    // An id out of a path that is none of ours names nothing, which is for the flow to say.
    const refused = field === pathIdField ? "null" : '["empty"] or ["ill_formed"]';
    expect(refused).toContain(JSON.stringify(read(field, "")));
  });
});

const cleanTexts = [
  ["email", emailField, (bad: string) => `ada${bad}@example.com`],
  ["tag", tagField, (bad: string) => `ada${bad}`],
  ["identifier", identifierField, (bad: string) => `ada${bad}`],
  ["name", nameField, (bad: string) => `Ada${bad}`],
  ["password", passwordField, (bad: string) => `moonlight${bad}over tver`],
] as const;

describe.each(cleanTexts)("the %s field", (_, field, spoil) => {
  it.each([
    ["a high surrogate alone", "\ud800"],
    ["a low surrogate alone", "\udfff"],
    ["surrogates the wrong way round", "\udc00\ud800"],
    ["a replacement character, left by bytes that were no UTF-8", "\ufffd"],
    ["a NUL", "\0"],
    ["a line feed", "\n"],
    ["a carriage return", "\r"],
    ["a tab", "\t"],
    ["an escape", "\u001b"],
    ["a delete", "\u007f"],
    ["a C1 control", "\u0085"],
  ])("A-40: refuses %s", (__, bad) => {
    expect(read(field, spoil(bad))).toEqual(["ill_formed"]);
  });
});

describe("emailField", () => {
  it("answers the canonical form", () => {
    expect(read(emailField, "ADA@Пример.рф")).toBe("ada@xn--e1afmkfd.xn--p1ai");
  });

  it("refuses what is no address, and what is longer than any", () => {
    expect(read(emailField, "ada")).toEqual(["not_an_email"]);
    expect(read(emailField, " ada@example.com")).toEqual(["not_an_email"]);
    expect(read(emailField, `${"a".repeat(243)}@example.com`)).toEqual(["too_long 254"]);
  });
});

describe("tagField", () => {
  it("answers the canonical form", () => {
    expect(read(tagField, "Ada.L")).toBe("ada.l");
  });

  it("refuses an email address and every other text that is no tag", () => {
    expect(read(tagField, "ada@example.com")).toEqual(["not_a_tag"]);
    expect(read(tagField, "ab")).toEqual(["not_a_tag"]);
    expect(read(tagField, "a".repeat(33))).toEqual(["too_long 32"]);
  });
});

describe("identifierField", () => {
  it("tells an email address and a tag apart", () => {
    expect(read(identifierField, "ADA@Example.com")).toEqual({
      kind: "email",
      email: "ada@example.com",
    });
    expect(read(identifierField, "ADA")).toEqual({ kind: "tag", tag: "ada" });
  });

  it("names the form that what was typed comes closest to", () => {
    expect(read(identifierField, "ada@")).toEqual(["not_an_email"]);
    expect(read(identifierField, "ada lovelace")).toEqual(["not_a_tag"]);
    expect(read(identifierField, "a".repeat(255))).toEqual(["too_long 254"]);
  });
});

describe("nameField", () => {
  it.each(["Ada", "O'Brien", "Жан-Жак", "李", "R2", "Mary Ann", "नूर"])("takes %j", (name) => {
    expect(read(nameField, name)).toBe(name);
  });

  it("brings names into one Unicode form", () => {
    expect(read(nameField, "Zoe\u0308")).toBe("Zo\u00eb");
  });

  it.each([" ", "...", "\u200b", "\u0301", "—", "🦊"])("finds nothing to read in %j", (name) => {
    expect(read(nameField, name)).toEqual(["empty"]);
  });

  it.each([
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
  ])("refuses %j, which reorders or breaks the text around it", (bad) => {
    expect(read(nameField, `Ada${bad}`)).toEqual(["ill_formed"]);
  });

  it("answers one fault of a text that has several, the first to be looked for", () => {
    expect(read(nameField, `${"a".repeat(401)}\0`)).toEqual(["too_long 100"]);
    expect(read(nameField, "\0\u202e")).toEqual(["ill_formed"]);
    expect(read(nameField, "\u202e")).toEqual(["ill_formed"]);
    expect(read(nameField, "-".repeat(101))).toEqual(["empty"]);
  });

  it("takes 100 characters as people count them, and says so beyond", () => {
    expect(read(nameField, "a".repeat(100))).toBe("a".repeat(100));
    expect(read(nameField, "𝒜".repeat(100))).toBe("𝒜".repeat(100));
    for (const length of [101, 400, 401, 100_000]) {
      expect(read(nameField, "a".repeat(length))).toEqual(["too_long 100"]);
    }
  });
});

describe("passwordField", () => {
  it("A-06: takes a password as it is: nothing trimmed, folded or cut", () => {
    for (const password of ["  Spaces At Both Ends  ", "ALL CAPITALS HERE", "ｆｕｌｌｗｉｄｔｈ"]) {
      expect(read(passwordField, password)).toBe(password);
    }
  });

  it("brings one password, typed on two systems, into one form", () => {
    expect(read(passwordField, "caf\u0065\u0301 au lait, bitte")).toBe("caf\u00e9 au lait, bitte");
    expect(read(passwordField, "\u2460 ﬁrst")).toBe("\u2460 ﬁrst");
  });

  it("A-03: takes 128 code points, ASCII or emoji, and not one more", () => {
    expect(read(passwordField, "p".repeat(128))).toBe("p".repeat(128));
    expect(read(passwordField, "🦊".repeat(128))).toBe("🦊".repeat(128));
    expect(read(passwordField, "p".repeat(129))).toEqual(["too_long 128"]);
    expect(read(passwordField, "🦊".repeat(129))).toEqual(["too_long 128"]);
    expect(read(passwordField, "p".repeat(1_000_000))).toEqual(["too_long 128"]);
  });

  it("leaves what is too short to the policy, since old passwords are checked here as well", () => {
    expect(read(passwordField, "p")).toBe("p");
  });
});

describe("codeField", () => {
  it.each([
    "12345",
    "1234567",
    "１２３４５６",
    "٠١٢٣٤٥",
    " 123456",
    "123456\n",
    "12345a",
    "-12345",
    "1e5000",
  ])("A-13: refuses %j", (code) => {
    expect(read(codeField, code)).toEqual(["ill_formed"]);
  });

  it("A-13: keeps leading zeros", () => {
    expect(read(codeField, "000042")).toBe("000042");
  });
});

describe("idField and pathIdField", () => {
  const strange = [
    `x${id}`,
    `${id}0`,
    id.toUpperCase(),
    `${id} `,
    `${id}\n`,
    `{${id}}`,
    "1",
    "../x",
    "' OR 1=1--",
  ];

  it.each(strange)("take %j for no id of ours", (text) => {
    expect(read(idField, text)).toEqual(["ill_formed"]);
    expect(read(pathIdField, text)).toBeNull();
  });
});

describe("tokenField", () => {
  it("A-15: takes 8 KiB of text, whatever is in it, and not a character more", () => {
    expect(read(tokenField, "a".repeat(8192))).toBe("a".repeat(8192));
    expect(read(tokenField, "a".repeat(8193))).toEqual(["too_long 8192"]);
    expect(read(tokenField, "\0\ud800")).toBe("\0\ud800");
  });
});

describe("callerField", () => {
  it("takes exactly what authenticate answers", () => {
    expect(read(callerField, ada)).toEqual(ada);
    expect(read(callerField, { ...ada, admin: true })).not.toEqual(ada);
    expect(read(callerField, { ...ada, userId: "1" })).toEqual(["ill_formed"]);
    expect(read(callerField, "ada")).toEqual(["wrong_type"]);
    expect(read(callerField, undefined)).toEqual(["wrong_type"]);
  });
});

describe("the refusal of what is too long", () => {
  it.each([emailField, tagField, identifierField, nameField, passwordField, tokenField])(
    "reads as a whole sentence in both languages, with its number in it",
    (field) => {
      const problems = [150, 350, 500, 2000, 10_000].flatMap((length): readonly FieldProblem[] => {
        try {
          parseInput(z.strictObject({ field }), { field: "a".repeat(length) });
          return [];
        } catch (error) {
          return isAuthError(error) ? error.fields.filter(({ rule }) => rule === "too_long") : [];
        }
      });
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) {
        expect(describeField(problem, "en")).toMatch(/^At most \d+ characters\.$/);
        expect(describeField(problem, "ru")).toMatch(/^Не более \d+ символов\.$/);
      }
    },
  );
});
