import { expect, it } from "vitest";
import { parseImportedUser, type ImportedUserInput } from "./imported-user.ts";

const random = new Uint8Array(6);

it("takes what registering takes, in the same canonical form", () => {
  const row = {
    email: "Ada@Пример.рф",
    tag: "Ada",
    firstName: "Zoe\u0308",
    lastName: "Lovelace",
    locale: "ru",
  } as const;
  expect(parseImportedUser(row, random)).toEqual({
    email: "ada@xn--e1afmkfd.xn--p1ai",
    tag: "ada",
    firstName: "Zoë",
    lastName: "Lovelace",
    locale: "ru",
  });
});

it("lets names be missing, since not every system asked for them, and makes a tag", () => {
  const user = parseImportedUser({ email: "ada@example.com" }, random);
  expect(user).toMatchObject({ firstName: "", lastName: "", locale: "en", tag: "user-aaaaaa" });
  const named = parseImportedUser({ email: "ada@example.com", firstName: "Ada" }, random);
  expect(named.tag).toBe("ada-aaaaaa");
});

it.each([
  [{ email: "ada" }, [{ path: "email", rule: "not_an_email" }]],
  [{ email: "a@b.example", tag: "ada lovelace" }, [{ path: "tag", rule: "not_a_tag" }]],
  [{ email: "a@b.example", firstName: " " }, [{ path: "firstName", rule: "empty" }]],
  [{ email: "a@b.example", locale: "de" }, [{ path: "locale", rule: "wrong_type" }]],
  [{ email: "a@b.example", isAdmin: true }, [{ path: "isAdmin", rule: "unknown_field" }]],
  [
    { tag: "x" },
    [
      { path: "email", rule: "required" },
      { path: "tag", rule: "not_a_tag" },
    ],
  ],
])("refuses what registering refuses: %j", (row, fields) => {
  const parse = () => parseImportedUser(row as unknown as ImportedUserInput, random);
  expect(parse).toThrow(expect.objectContaining({ code: "invalid_input", fields }) as Error);
});
