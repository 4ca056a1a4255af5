import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { AuthError, isAuthError } from "../errors.ts";
import { emailField, parseInput, tagField } from "./fields.ts";

const schema = z.strictObject({ email: emailField, tag: tagField.optional() });

/** What is thrown, as its code and its problems. */
function refusal(input: unknown): unknown {
  try {
    return parseInput(schema, input);
  } catch (error) {
    return isAuthError(error) ? { code: error.code, fields: error.fields } : error;
  }
}

describe("parseInput", () => {
  it("answers the canonical fields and nothing else", () => {
    expect(parseInput(schema, { email: "ADA@example.com", tag: "ADA" })).toEqual({
      email: "ada@example.com",
      tag: "ada",
    });
    expect(parseInput(schema, { email: "ada@example.com", tag: undefined })).toEqual({
      email: "ada@example.com",
    });
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", '{"email":"ada@example.com"}'],
    ["a number", 1],
    ["an array", [{ email: "ada@example.com" }]],
    ["an empty array", []],
    ["a function", () => ({ email: "ada@example.com" })],
    ["a symbol", Symbol("email")],
  ])("A-38: takes %s for no request", (_, input) => {
    expect(refusal(input)).toEqual({ code: "malformed_request", fields: [] });
  });

  it("tells of every field at once", () => {
    expect(refusal({ tag: 1, admin: true })).toEqual({
      code: "invalid_input",
      fields: [
        { path: "email", rule: "required" },
        { path: "tag", rule: "wrong_type" },
        { path: "admin", rule: "unknown_field" },
      ],
    });
  });

  it.each([
    "x",
    "id",
    "role",
    "roles",
    "status",
    "confirmed",
    "emailVerified",
    "lastLogin",
    "passwordHash",
    "createdAt",
    "userId",
    "sub",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "Email",
  ])("A-36: refuses the unknown field %j", (name) => {
    expect(refusal({ email: "ada@example.com", [name]: "x" })).toEqual({
      code: "invalid_input",
      fields: [{ path: name, rule: "unknown_field" }],
    });
  });

  it("A-40: refuses an own __proto__ key, which would be invisible further on", () => {
    const input: unknown = JSON.parse('{"email":"ada@example.com","__proto__":{"tag":"eve"}}');
    expect(refusal(input)).toEqual({
      code: "invalid_input",
      fields: [{ path: "", rule: "unknown_field" }],
    });
    expect(Object.hasOwn({}, "tag")).toBe(false);
  });

  it("A-40: refuses constructor.prototype and leaves every object as it was", () => {
    const text = '{"email":"ada@example.com","constructor":{"prototype":{"x":1}}}';
    expect(refusal(JSON.parse(text))).toMatchObject({ code: "invalid_input" });
    expect("x" in {}).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("repeats a stranger's key only if it is harmless wherever it is shown", () => {
    const names = ["<script>", "a b", "a\r\nb", "é", "a".repeat(41), ""];
    for (const name of names) {
      expect(refusal({ email: "ada@example.com", [name]: 1 })).toEqual({
        code: "invalid_input",
        fields: [{ path: "", rule: "unknown_field" }],
      });
    }
  });

  it("never repeats a value", () => {
    const canary = "canary-in-the-value";
    const said = [
      { email: canary },
      { email: [canary] },
      { email: "ada@example.com", tag: canary.repeat(9) },
    ]
      .map(refusal)
      .map((value) => JSON.stringify(value));
    expect(said.join()).not.toContain(canary);
    expect(said.every((text) => text.includes("invalid_input"))).toBe(true);
  });

  it("refuses every other value with an AuthError, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, maxDepth: 3 }), (input) => {
        let caught: unknown = null;
        try {
          parseInput(schema, input);
        } catch (error) {
          caught = error;
        }
        expect(caught).toBeInstanceOf(AuthError);
        expect(caught).toMatchObject({ status: 400 });
      }),
      { numRuns: 1000 },
    );
  });
});
