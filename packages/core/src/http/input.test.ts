import { describe, expect, it } from "vitest";
import { aJsonRequest, aRequest, codeOf } from "../../test/request.ts";
import { headerValues, maxBodyBytes } from "./endpoint.ts";
import { bearerToken, bodyFields, hasCredentials, mergeFields, queryFields } from "./input.ts";

const json = '{"email":"ada@example.com"}';
const fields = { email: "ada@example.com" };
const typed = (type: string, body: unknown = json): unknown =>
  codeOf(() => bodyFields(aRequest({ body, headers: [["content-type", type]] })));

describe("bodyFields: the content type", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/json ;\tcharset=utf-8",
  ])("A-39: takes %j", (type) => {
    expect(typed(type)).toEqual(fields);
  });

  it.each([
    "text/plain",
    "text/plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "application/problem+json",
    "application/vnd.api+json",
    "application/jsonp",
    "application/json\ta",
    "application/json a",
    " application/json",
    "application/json ",
    "application/json;",
    "application/json,text/plain",
    "text/plain,application/json",
    "application/json; charset=utf-16",
    "application/json; charset=iso-8859-1",
    "application/json; charset=utf-7",
    "application/json; charset=utf8",
    "application/json; charset=",
    "application/json; charset=utf-8; charset=utf-16",
    "application/json; charset=utf-8; boundary=x",
    "application/json; boundary=x",
    "application/json\u00a0",
    "application/json\0",
    "*/*",
    "",
  ])("A-39: refuses %j", (type) => {
    expect(typed(type)).toBe("unsupported_media_type");
  });

  it("A-39: refuses a body without a type, and one with two", () => {
    expect(codeOf(() => bodyFields(aRequest({ body: json })))).toBe("unsupported_media_type");
    const twice = aRequest({
      body: json,
      headers: [
        ["Content-Type", "application/json"],
        ["content-type", "application/json"],
      ],
    });
    expect(codeOf(() => bodyFields(twice))).toBe("unsupported_media_type");
  });

  it.each(["gzip", "br", "identity", ""])("refuses a body encoded as %j", (encoding) => {
    const request = aJsonRequest(fields, { headers: [["Content-Encoding", encoding]] });
    expect(codeOf(() => bodyFields(request))).toBe("unsupported_media_type");
  });

  it("asks for no type where there is no body", () => {
    for (const body of [undefined, null, ""]) {
      expect(bodyFields(aRequest({ body, headers: [["content-type", "text/plain"]] }))).toEqual({});
    }
  });
});

describe("bodyFields: the body", () => {
  const padded = (bytes: number, unit: string): string => {
    const free = bytes - Buffer.byteLength('{"a":""}');
    return `{"a":"${unit.repeat(Math.floor(free / Buffer.byteLength(unit)))}"}`;
  };

  it("A-39: takes 16 KiB, counted in bytes, and refuses one more", () => {
    expect(maxBodyBytes).toBe(16_384);
    const full = padded(maxBodyBytes, "a");
    expect(Buffer.byteLength(full)).toBe(16_384);
    expect(typed("application/json", full)).toEqual(JSON.parse(full));
    expect(typed("application/json", `${full} `)).toBe("payload_too_large");
    expect(typed("application/json", padded(maxBodyBytes + 8, "🦊"))).toBe("payload_too_large");
  });

  it("A-39: refuses an unknown type before it looks at the size", () => {
    expect(typed("text/plain", "a".repeat(maxBodyBytes + 1))).toBe("unsupported_media_type");
  });

  it.each(['"text"', "1", "null", "true", "[]", '[{"email":"ada@example.com"}]', "{", " ", "\0"])(
    "A-38: refuses %j, which has no fields",
    (body) => {
      expect(typed("application/json", body)).toBe("malformed_request");
    },
  );

  it("takes the object that the host's own parser left, and refuses its other values", () => {
    expect(typed("application/json", { email: "ada@example.com" })).toEqual(fields);
    for (const body of [[fields], 1, true, Symbol("x")]) {
      expect(typed("application/json", body)).toBe("malformed_request");
    }
  });

  it("A-40: keeps a __proto__ of the host's parser in plain sight, for the flow to refuse", () => {
    const parsed: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    const kept = bodyFields(
      aRequest({ body: parsed, headers: [["content-type", "application/json"]] }),
    );
    expect(Object.hasOwn(kept, "__proto__")).toBe(true);
    expect("admin" in kept).toBe(false);
  });
});

describe("queryFields", () => {
  const query = (text: string): unknown => codeOf(() => queryFields(aRequest({ query: text })));

  it("answers each parameter, decoded", () => {
    expect(query("")).toEqual({});
    expect(query("refreshToken=a.b-c_d&x=%D1%91+%2B")).toEqual({
      refreshToken: "a.b-c_d",
      x: "ё +",
    });
    expect(query("a[b]=1&a.b=2&constructor=3")).toEqual({
      "a[b]": "1",
      "a.b": "2",
      constructor: "3",
    });
  });

  it.each([
    "token=a&token=b",
    "token=a&token=a",
    "token=a&%74oken=b",
    "token&token",
    "__proto__=1",
    "%5F_proto__=1",
  ])("A-45: refuses %j: one reader would take the first, another the last", (text) => {
    expect(query(text)).toBe("malformed_request");
  });

  it("leaves broken percent-encoding to the fields to refuse", () => {
    expect(query("a=%ff%00%E0%A4%A&b=%")).toEqual({
      a: "\ufffd\0\ufffdA".replace("A", "%A"),
      b: "%",
    });
  });
});

describe("mergeFields", () => {
  it("joins fields of several places", () => {
    expect(mergeFields({ a: 1 }, {}, { b: undefined })).toEqual({ a: 1, b: undefined });
  });

  it("A-45: refuses one field in two places, whatever it says", () => {
    for (const [one, other] of [
      [{ accessToken: "a" }, { accessToken: "b" }],
      [{ accessToken: "a" }, { accessToken: "a" }],
      [{ accessToken: "a" }, { accessToken: undefined }],
    ] as const) {
      expect(codeOf(() => mergeFields(one, other))).toBe("malformed_request");
    }
  });

  it("A-40: refuses a __proto__ key", () => {
    const given = JSON.parse('{"__proto__":1}') as Record<string, unknown>;
    expect(codeOf(() => mergeFields(given))).toBe("malformed_request");
  });
});

describe("bearerToken", () => {
  const bearer = (...values: readonly string[]): unknown =>
    codeOf(() => bearerToken(values.flatMap((value) => ["Authorization", value])));

  it("A-45: answers the token of the documented form", () => {
    expect(bearer("Bearer abc.DEF-123_~+/")).toBe("abc.DEF-123_~+/");
    expect(bearer("Bearer abc==")).toBe("abc==");
    expect(bearer("Bearer a")).toBe("a");
    expect(codeOf(() => bearerToken(["AUTHORIZATION", "Bearer abc"]))).toBe("abc");
  });

  it("finds no credentials where there are none, or of another scheme", () => {
    expect(bearer()).toBe("unauthenticated");
    for (const value of [
      "",
      "Basic dTpw",
      "Digest x",
      "abc.def.ghi",
      "Bearertoken",
      "DPoP abc",
      "x bearer abc",
    ]) {
      expect(bearer(value)).toBe("unauthenticated");
    }
  });

  it.each([
    "Bearer",
    "Bearer ",
    "bearer abc",
    "BEARER abc",
    "Bearer  abc",
    "Bearer\tabc",
    "Bearer abc ",
    " Bearer abc".trimStart().concat(","),
    "Bearer abc, Bearer def",
    "Bearer abc,def",
    "Bearer abc def",
    "Bearer abc;",
    'Bearer "abc"',
    "Bearer =",
    "Bearer a=b",
    "Bearer ёё",
    "Bearer abc\n",
    "Bearer abc\0",
    "Bearer token=abc",
    "Bearer \u00a0abc",
  ])("A-45: refuses %j", (value) => {
    expect(bearer(value)).toBe("invalid_token");
  });

  it("A-45: refuses two headers, even of one token", () => {
    expect(bearer("Bearer abc", "Bearer abc")).toBe("malformed_request");
    expect(bearer("Bearer abc", "Basic dTpw")).toBe("malformed_request");
    const mixed = ["Authorization", "Bearer abc", "authorization", "Bearer def"];
    expect(codeOf(() => bearerToken(mixed))).toBe("malformed_request");
  });

  it("A-45: takes 8 KiB and nothing longer, padding included", () => {
    expect(bearer(`Bearer ${"a".repeat(8192)}`)).toBe("a".repeat(8192));
    expect(bearer(`Bearer ${"a".repeat(8193)}`)).toBe("invalid_token");
    expect(bearer(`Bearer ${"a".repeat(8192)}=`)).toBe("invalid_token");
    expect(bearer(`Bearer a${"=".repeat(9000)}`)).toBe("invalid_token");
    expect(bearer(`Bearer ${"a".repeat(1_000_000)}`)).toBe("invalid_token");
  });

  it("A-45: looks at no other header", () => {
    const elsewhere = ["X-Authorization", "Bearer abc", "Cookie", "Authorization=Bearer abc"];
    expect(codeOf(() => bearerToken(elsewhere))).toBe("unauthenticated");
    expect(codeOf(() => bearerToken(["X", "Authorization", "Bearer abc", "Y"]))).toBe(
      "unauthenticated",
    );
  });
});

describe("hasCredentials and headerValues", () => {
  it("see a header by its name in any case, and every time it was sent", () => {
    const rawHeaders = ["Authorization", "a", "Host", "authorization", "AUTHORIZATION", ""];
    expect(headerValues(rawHeaders, "authorization")).toEqual(["a", ""]);
    expect(hasCredentials(rawHeaders)).toBe(true);
    expect(hasCredentials(["authorization", ""])).toBe(true);
    expect(hasCredentials(["Host", "authorization"])).toBe(false);
    expect(hasCredentials([])).toBe(false);
  });
});
