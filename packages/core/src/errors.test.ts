import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import {
  AuthError,
  describeField,
  errorTable,
  fieldRules,
  isAuthError,
  MailRefused,
  type AuthErrorCode,
  type FieldRule,
} from "./errors.ts";

/** Every refusal there is, as the contract numbers it. */
const contract = {
  invalid_input: [400, "tells"],
  malformed_request: [400, "tells"],
  invalid_code: [400, "keeps"],
  expired_token: [400, "keeps"],
  password_mismatch: [400, "tells"],
  unauthenticated: [401, "keeps"],
  invalid_token: [401, "keeps"],
  invalid_credentials: [401, "keeps"],
  unconfirmed: [403, "tells"],
  email_mismatch: [403, "keeps"],
  wrong_password: [403, "tells"],
  not_found: [404, "keeps"],
  method_not_allowed: [405, "tells"],
  tag_taken: [409, "tells"],
  payload_too_large: [413, "tells"],
  unsupported_media_type: [415, "tells"],
  weak_password: [422, "tells"],
  rate_limited: [429, "keeps"],
  internal: [500, "keeps"],
  busy: [503, "keeps"],
  store_unavailable: [503, "keeps"],
} as const satisfies Record<AuthErrorCode, readonly [number, "tells" | "keeps"]>;

const codes = Object.keys(errorTable) as AuthErrorCode[];

describe("the table of refusals", () => {
  it("holds the contract's codes with the contract's statuses, and no others", () => {
    const rows = codes.map((code) => [code, errorTable[code].status]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(contract).map(([code, [status]]) => [code, status])),
    );
  });

  it("keeps to itself what one answer must not tell apart", () => {
    for (const code of codes) {
      expect([code, errorTable[code].secret]).toEqual([code, contract[code][1] === "keeps"]);
    }
  });

  it.each(codes)("words %s as one sentence in English and in Russian", (code) => {
    const { en, ru } = errorTable[code].title;
    expect(en).toMatch(/^[A-Z][^{}<>]*\.$/);
    expect(ru).toMatch(/^[А-ЯЁ][^{}<>]*\.$/);
  });

  it("is explained row by row in docs/errors.md, in the words it is answered with", () => {
    const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
    for (const code of codes) {
      const { status, title } = errorTable[code];
      const row = page.split("\n").find((line) => line.startsWith(`| \`${code}\` `)) ?? "";
      const cells = row.split("|").map((cell) => cell.trim());
      expect(cells.slice(1, 5)).toEqual([`\`${code}\``, String(status), title.en, title.ru]);
      expect(cells[5]).toMatch(/^.{20,}\.$/);
    }
  });
});

describe("AuthError", () => {
  it("has a code, its status, and its title in the language it is told in", () => {
    const error = new AuthError("tag_taken");
    expect(error).toMatchObject({ name: "AuthError", code: "tag_taken", status: 409, fields: [] });
    expect(error.message).toBe("tag_taken: This tag is taken. Choose another.");
    expect(error.title).toBe("This tag is taken. Choose another.");
    error.locale = "ru";
    expect(error.title).toBe("Этот тег занят. Выберите другой.");
    expect(error).toBeInstanceOf(Error);
  });

  it("carries fields, a wait and a cause where it is given them", () => {
    const cause = new Error("ECONNREFUSED");
    const fields = [{ path: "email", rule: "required" }] as const;
    const error = new AuthError("store_unavailable", { cause, fields, retryAfterSeconds: 3 });
    expect(error).toMatchObject({ fields, retryAfterSeconds: 3 });
    expect(error.cause).toBe(cause);
    expect(new AuthError("busy")).not.toHaveProperty("cause");
    expect(new AuthError("busy").retryAfterSeconds).toBeUndefined();
  });

  it("does not put its cause into its message, nor into its JSON", () => {
    const error = new AuthError("internal", { cause: new Error("canary") });
    expect(`${error.message}${JSON.stringify(error)}`).not.toContain("canary");
  });
});

describe("isAuthError", () => {
  it("knows refusals, and by their code", () => {
    const error: unknown = new AuthError("invalid_code");
    expect(isAuthError(error)).toBe(true);
    expect(isAuthError(error, "invalid_code")).toBe(true);
    expect(isAuthError(error, "expired_token")).toBe(false);
    expect(isAuthError(error) && error.status).toBe(400);
  });

  it("knows refusals of another copy of this package", async () => {
    vi.resetModules();
    const copy = await import("./errors.ts");
    expect(copy.AuthError).not.toBe(AuthError);
    const foreign: unknown = new copy.AuthError("rate_limited");
    expect(foreign).not.toBeInstanceOf(AuthError);
    expect(isAuthError(foreign, "rate_limited")).toBe(true);
  });

  it("takes nothing else for one, though it looks the same", () => {
    const looks = [
      { name: "AuthError", code: "invalid_code", status: 400 },
      Object.assign(new Error("invalid_code"), { name: "AuthError", code: "invalid_code" }),
      "latchkey.AuthError",
      null,
      undefined,
      0,
      [],
      AuthError,
    ];
    expect(looks.filter((value) => isAuthError(value))).toEqual([]);
  });
});

describe("describeField", () => {
  const rules = Object.keys(fieldRules) as FieldRule[];

  it.each(rules)(
    "words %s as one sentence in English and in Russian, its number filled in",
    (rule) => {
      const [en, ru] = (["en", "ru"] as const).map((locale) =>
        describeField({ path: "x", rule, limit: 15 }, locale),
      );
      expect(en).toMatch(/^[A-Z][^{}<>]*\.$/);
      expect(ru).toMatch(/^[А-ЯЁ][^{}<>]*\.$/);
      expect(en?.includes("15")).toBe(fieldRules[rule].en.includes("{limit}"));
      expect(ru?.includes("15")).toBe(fieldRules[rule].en.includes("{limit}"));
    },
  );
});

describe("MailRefused", () => {
  it("is an error of its own name, with its reason", () => {
    const refused = new MailRefused("550 no such mailbox");
    expect(refused).toBeInstanceOf(Error);
    expect(refused).toMatchObject({ name: "MailRefused", message: "550 no such mailbox" });
    expect(isAuthError(refused)).toBe(false);
  });

  it("may carry a word to keep with the job", () => {
    expect(new MailRefused("refused", { code: "550-5.1.1" }).code).toBe("550-5.1.1");
    expect(new MailRefused("refused").code).toBeUndefined();
  });
});
