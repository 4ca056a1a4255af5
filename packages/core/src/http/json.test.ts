import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf } from "../../test/request.ts";
import { parseJson } from "./json.ts";

const refused = "malformed_request";
const attempt = (text: string): unknown => codeOf(() => parseJson(text));
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const withKeys = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, key])));

describe("parseJson", () => {
  it.each([
    "{}",
    ' { "a" : 1 } ',
    '{"a":{"a":{"a":1}}}',
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
    '{"a":"a","b":"a: {\\"a\\": 1, \\"a\\": 2}"}',
    '{"a":"}{][","b":"\\\\","c":"\\\\\\""}',
    '{"a":[["x","x"],["x"]],"b":"x"}',
    '{"":1,"\\u0000":2}',
    '{"constructor":1,"prototype":2,"toString":3}',
    '{"a":"\u2028\u2029\u0085"}',
    "[]",
    '"text"',
    "1e400",
    "null",
  ])("reads %s as JSON.parse does", (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    "",
    " ",
    "{",
    "}",
    "{a:1}",
    "{'a':1}",
    '{"a":1,}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":undefined}',
    '{"a":1}{"b":2}',
    '{"a":1}//',
    "\ufeff{}",
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    "email=ada%40example.com",
    "<xml/>",
  ])("A-39: refuses %j, which is no JSON", (text) => {
    expect(attempt(text)).toBe(refused);
  });

  it("passes nothing of the body on in its refusal", () => {
    let thrown: unknown;
    try {
      parseJson('{"password":"canary"');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: refused });
    expect(thrown).not.toHaveProperty("cause");
    expect(String(thrown)).not.toContain("canary");
  });
});

describe("parseJson: one key said twice", () => {
  it.each([
    ["side by side", '{"email":"ada@example.com","email":"eve@evil.example"}'],
    ["with others between", '{"a":1,"b":{"c":[1,2]},"a":2}'],
    ["with an equal value", '{"a":1,"a":1}'],
    ["with space before the colon", '{"a" :1,"a"\n:2}'],
    ["deep within", '{"x":[{"y":{"a":1,"a":2}}]}'],
    ["in an array", '[{"a":1},{"b":1,"b":2}]'],
    ["after an inner object ended", '{"a":{"b":1},"b":2,"a":3}'],
    ["empty", '{"":1,"":2}'],
    ["with an escaped letter", '{"a":1,"\\u0061":2}'],
    ["with escapes on both sides", '{"\\u0061":1,"\\u0061":2}'],
    ["with an escaped slash", '{"a/b":1,"a\\/b":2}'],
    ["with an escaped quote", '{"\\"":1,"\\u0022":2}'],
    ["with an escaped backslash", '{"\\\\":1,"\\u005c":2}'],
    ["with escapes in both cases", '{"\\u00E9":1,"\\u00e9":2}'],
    ["with an escaped surrogate pair", '{"🦊":1,"\\ud83e\\udd8a":2}'],
    ["with braces in a text before", '{"a":"}","a":"{"}'],
    ["that ends in a quote", '{"a\\"":1,"a\\"":2}'],
  ])("A-40: is refused %s", (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(attempt(text)).toBe(refused);
  });

  it.each([
    '{"__proto__":{"x":1}}',
    '{"a":[{"__proto__":1}]}',
    '{"__pr\\u006fto__":1}',
    '{"\\u005f_proto__":1}',
  ])("A-40: is refused already once when it is %s", (text) => {
    expect(attempt(text)).toBe(refused);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("parseJson: bounds", () => {
  it("A-39: reads 32 levels and refuses 33", () => {
    expect(parseJson(nested(32))).toEqual(JSON.parse(nested(32)));
    expect(attempt(nested(33))).toBe(refused);
    const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect(parseJson(objects(32))).toEqual(JSON.parse(objects(32)));
    expect(attempt(objects(33))).toBe(refused);
  });

  it("A-39: refuses thousands of levels without a stack to overflow", () => {
    expect(attempt(nested(8000))).toBe(refused);
    expect(attempt("[".repeat(16_000))).toBe(refused);
  });

  it("A-39: counts no brackets inside of texts", () => {
    const text = JSON.stringify({ a: "[".repeat(100), b: '{"'.repeat(100) });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it("A-39: reads 64 keys and refuses 65, wherever they are", () => {
    expect(parseJson(withKeys(64))).toEqual(JSON.parse(withKeys(64)));
    expect(attempt(withKeys(65))).toBe(refused);
    expect(attempt(`[${withKeys(40)},${withKeys(25)}]`)).toBe(refused);
    expect(attempt(`{"a":{"b":${withKeys(63)}}}`)).toBe(refused);
  });

  it("is done with the largest body at once, whatever is in it", () => {
    const started = performance.now();
    const quotes = JSON.stringify({ a: '"\\'.repeat(4000) });
    expect(parseJson(quotes)).toEqual(JSON.parse(quotes));
    for (const unit of ['"', "\\", '\\"', "{", '{"a":', "[", '"a"', '":"', ":"]) {
      const text = unit.repeat(Math.floor(16_000 / unit.length));
      expect(attempt(text)).toBe(refused);
      expect(attempt(`{"a":"${text}`)).toBe(refused);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

/** Depth and keys, counted on the value instead of the text. */
function measure(value: unknown): { readonly depth: number; readonly keys: readonly string[] } {
  if (typeof value !== "object" || value === null) return { depth: 0, keys: [] };
  const parts = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...parts.map((part) => part.depth)),
    keys: [
      ...(Array.isArray(value) ? [] : Object.keys(value)),
      ...parts.flatMap(({ keys }) => keys),
    ],
  };
}

/** Every character of every text as an escape, which no reader may read differently. */
function escaped(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (text) => {
    const units = Array.from({ length: (JSON.parse(text) as string).length }, (_, index) =>
      (JSON.parse(text) as string).charCodeAt(index).toString(16).padStart(4, "0"),
    );
    return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
  });
}

describe("parseJson: properties", () => {
  it("reads every JSON within its bounds as JSON.parse does, however it is spelled", () => {
    const spelling = fc.constantFrom<(value: unknown) => string>(
      (value) => JSON.stringify(value),
      (value) => JSON.stringify(value, null, "\t"),
      (value) => escaped(JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), spelling, (value, spell) => {
        const text = spell(value);
        const { depth, keys } = measure(JSON.parse(text));
        const plain = depth <= 32 && keys.length <= 64 && !keys.includes("__proto__");
        expect(attempt(text)).toEqual(plain ? JSON.parse(text) : refused);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses every object with a key repeated in any spelling, at any place in it", () => {
    const key = fc.string({ unit: "grapheme", maxLength: 5 });
    const entries = fc.uniqueArray(fc.tuple(key, fc.jsonValue({ maxDepth: 1 })), {
      minLength: 1,
      maxLength: 5,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), fc.boolean(), (pairs, from, to, spelled) => {
        const members = pairs.map(
          ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        );
        const name = JSON.stringify(pairs[from % pairs.length]?.[0]);
        members.splice(to % (pairs.length + 1), 0, `${spelled ? escaped(name) : name}:1`);
        expect(attempt(`{${members.join(",")}}`)).toBe(refused);
      }),
      { numRuns: 1000 },
    );
  });

  it("answers any text at all with a value or one refusal", () => {
    const pieces = fc
      .array(fc.constantFrom("{", "}", "[", "]", ":", ",", '"', "\\", "a", "\\u0061", "1", " "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string({ unit: "binary" })), (text) => {
        expect(attempt(text)).not.toBeInstanceOf(Error);
      }),
      { numRuns: 2000 },
    );
  });
});
