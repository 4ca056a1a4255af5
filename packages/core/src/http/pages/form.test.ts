import { describe, expect, it } from "vitest";
import { aRequest, codeOf } from "../../../test/request.ts";
import { formFields } from "./form.ts";

const typed = (body: unknown, type = "application/x-www-form-urlencoded") =>
  formFields(aRequest({ body, headers: [["Content-Type", type]] }));

describe("a posted form", () => {
  it("is read from text, as browsers write it", () => {
    expect(typed("email=ada%40example.org&note=one+two%26three&empty=&bare")).toEqual({
      ...{ email: "ada@example.org", note: "one two&three", empty: "", bare: "" },
    });
    expect(typed("")).toEqual({});
    expect(typed("a=%zz%")).toEqual({ a: "%zz%" });
    expect(typed("a=1", "APPLICATION/x-www-form-urlencoded ; charset=UTF-8")).toEqual({ a: "1" });
  });

  it("is taken as it is where the host's own parser ran before", () => {
    const parsed: unknown = Object.assign(Object.create(null), { email: "ada@example.org" });
    expect(typed(parsed)).toEqual({ email: "ada@example.org" });
    expect(typed(undefined)).toEqual({});
    for (const value of [["a", "b"], { a: "b" }, 1, null, undefined]) {
      expect(codeOf(() => typed({ email: value }))).toBe("malformed_request");
    }
  });

  it("names each field once, and none of them is a prototype", () => {
    for (const body of ["a=1&a=1", "a=1&b=2&%61=3", "__proto__=x", '{"__proto__":"x"}']) {
      const given: unknown = body.startsWith("{") ? JSON.parse(body) : body;
      expect(codeOf(() => typed(given))).toBe("malformed_request");
    }
  });

  it.each([
    ...["application/json", "text/plain", "multipart/form-data", "", "x-www-form-urlencoded"],
    ...[
      "application/x-www-form-urlencoded; charset=windows-1251",
      "application/x-www-form-urlencoded,",
    ],
    ...["application/x-www-form-urlencoded; a=b", " application/x-www-form-urlencodedx"],
  ])("is refused as %j", (type) => {
    expect(codeOf(() => typed("a=1", type))).toBe("unsupported_media_type");
  });

  it("is refused without a type, with two, compressed, or over 16 KiB", () => {
    const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;
    const zipped = ["Content-Encoding", "gzip"] as const;
    for (const headers of [[], [form, form], [form, zipped]]) {
      const attempt = (): unknown => formFields(aRequest({ body: "a=1", headers }));
      expect(codeOf(attempt)).toBe("unsupported_media_type");
    }
    expect(codeOf(() => typed(`a=${"x".repeat(16_383)}`))).toBe("payload_too_large");
    expect(typed(`a=${"x".repeat(16_382)}`)).toEqual({ a: "x".repeat(16_382) });
  });
});
