import { describe, expect, it } from "vitest";
import { bodyOf } from "../../test/request.ts";
import { AuthError, errorTable, type AuthErrorCode, type FieldProblem } from "../errors.ts";
import { problem } from "./problem.ts";

const codes = Object.keys(errorTable) as AuthErrorCode[];
const fields: readonly FieldProblem[] = [
  { path: "email", rule: "not_an_email" },
  { path: "password", rule: "password_too_short", limit: 15 },
];

describe.each(codes)("the answer to %s", (code) => {
  const { status, title, secret } = errorTable[code];

  it.each(["en", "ru"] as const)("A-42: has the one shape, in %s", (locale) => {
    const reply = problem(new AuthError(code), locale);
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject({
      "content-type": "application/problem+json; charset=utf-8",
      "content-language": locale,
    });
    const body = bodyOf(reply);
    expect(Object.keys(body)).toEqual(["type", "title", "status", "detail", "code"]);
    expect(body).toMatchObject({
      type: `urn:latchkey:problem:${code}`,
      title: title[locale],
      status,
      code,
    });
    expect(body["detail"]).toMatch(/\S/);
  });

  it("A-44: is for no cache, and for nobody else", () => {
    expect(problem(new AuthError(code), "en").headers).toMatchObject({
      "cache-control": "no-store",
      pragma: "no-cache",
      "x-content-type-options": "nosniff",
      vary: "Authorization, Accept-Language",
    });
  });

  it("A-44: says how to authenticate exactly where it is 401", () => {
    const challenge = problem(new AuthError(code), "en").headers["www-authenticate"];
    const expected = code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer";
    expect(challenge).toBe(status === 401 ? expected : undefined);
  });

  it("A-44: says when to come back exactly where it is 429 or 503", () => {
    const { headers, body } = problem(new AuthError(code, { retryAfterSeconds: 98_765 }), "en");
    const waits = status === 429 || status === 503;
    expect(headers["retry-after"]).toBe(waits ? "98765" : undefined);
    expect(String(body).includes("98765")).toBe(waits);
  });

  it(`tells ${secret ? "nothing" : "everything"} about single fields`, () => {
    const body = bodyOf(problem(new AuthError(code, { fields }), "en"));
    const told = [
      { path: "email", message: "This is not an email address that can be used here." },
      { path: "password", message: "At least 15 characters." },
    ];
    expect(body["errors"]).toEqual(secret ? undefined : told);
  });

  it("has no list of fields where there are none, and a list of one where there is one", () => {
    const one = fields.slice(0, 1);
    const list = bodyOf(problem(new AuthError(code, { fields: one }), "en"))["errors"];
    expect(list === undefined).toBe(secret);
    expect(problem(new AuthError(code, { fields: [] }), "en").body).not.toContain("errors");
  });

  it("A-42: never shows what was behind it", () => {
    const cause = new Error('duplicate key value violates "users_email_key" at pg/lib/client.js:1');
    const { headers, body } = problem(new AuthError(code, { cause }), "en");
    expect(`${JSON.stringify(headers)}${body}`).not.toMatch(/duplicate|users_email|pg\/lib|stack/);
  });
});

describe("the words of an answer", () => {
  it("are Russian where Russian was asked for", () => {
    const body = bodyOf(problem(new AuthError("weak_password", { fields }), "ru"));
    expect(body["title"]).toBe("Этот пароль слишком легко угадать.");
    expect(body["errors"]).toEqual([
      { path: "email", message: "Такой адрес электронной почты использовать нельзя." },
      { path: "password", message: "Не менее 15 символов." },
    ]);
    const wait = bodyOf(problem(new AuthError("rate_limited", { retryAfterSeconds: 7 }), "ru"));
    expect(wait["detail"]).toBe("Повторите через 7 с.");
  });

  it("go by the language of the request, not by the one an error was made for", () => {
    const error = new AuthError("not_found");
    error.locale = "ru";
    expect(bodyOf(problem(error, "en"))["title"]).toBe("There is nothing here.");
  });

  it("name a second at least, so that nobody comes back at once", () => {
    for (const retryAfterSeconds of [undefined, 0, -5, 0.2]) {
      const error = new AuthError("busy", {
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      });
      expect(problem(error, "en").headers["retry-after"]).toBe("1");
    }
    expect(
      problem(new AuthError("rate_limited", { retryAfterSeconds: 86_400 }), "en").headers,
    ).toMatchObject({
      "retry-after": "86400",
    });
  });
});

describe("whatever is no refusal", () => {
  it.each([
    new Error("select * from users where password_hash = 'canary'"),
    new TypeError("canary is not a function"),
    "canary",
    { code: "tag_taken", status: 409, message: "canary" },
    null,
    undefined,
    0,
    Symbol("canary"),
    Object.create(null),
  ])("A-42: is a 500 with nothing of it inside: %s", (thrown) => {
    const reply = problem(thrown, "en");
    expect(reply.status).toBe(500);
    expect(bodyOf(reply)).toEqual({
      type: "urn:latchkey:problem:internal",
      title: "Something went wrong on our side.",
      status: 500,
      detail: "Something went wrong on our side.",
      code: "internal",
    });
    expect(JSON.stringify(reply)).not.toContain("canary");
  });

  it.each(["of_a_later_version", "__proto__", "toString", undefined])(
    "takes a refusal of another version of this package, whose code %j is unknown here, for a fault",
    (code) => {
      const foreign = Object.assign(new Error("canary"), { "latchkey.AuthError": true, code });
      expect(problem(foreign, "en")).toEqual(problem(new Error("fault"), "en"));
    },
  );

  it("knows a refusal of another copy of this package", () => {
    const foreign = { "latchkey.AuthError": true, code: "tag_taken", status: 409, fields: [] };
    expect(problem(foreign, "en")).toEqual(problem(new AuthError("tag_taken"), "en"));
  });
});
