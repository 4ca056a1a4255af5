import { describe, expect, it } from "vitest";
import { bodyOf } from "../../test/request.ts";
import { empty, json, message, publicJson } from "./reply.ts";

const guarded = {
  "cache-control": "no-store",
  pragma: "no-cache",
  "x-content-type-options": "nosniff",
  vary: "Authorization, Accept-Language",
};

describe("json", () => {
  it("A-44: answers JSON for no cache and no sniffer", () => {
    expect(json(201, { a: "ё" })).toEqual({
      status: 201,
      headers: { ...guarded, "content-type": "application/json; charset=utf-8" },
      body: '{"a":"ё"}',
    });
  });

  it("says times in RFC 3339 UTC", () => {
    const at = new Date("2026-01-01T00:00:00Z");
    expect(json(200, { at }).body).toBe('{"at":"2026-01-01T00:00:00.000Z"}');
  });

  it("lets an answer have headers of its own, and spoils no later one by them", () => {
    const own = json(200, {}, { "content-type": "application/problem+json", "x-extra": "1" });
    expect(own.headers).toMatchObject({
      "content-type": "application/problem+json",
      "x-extra": "1",
    });
    expect(json(200, {}).headers).not.toHaveProperty("x-extra");
  });
});

describe("publicJson", () => {
  it("may be kept for five minutes, and says nothing against it", () => {
    const { headers, status, body } = publicJson({ keys: [] });
    expect([status, body]).toEqual([200, '{"keys":[]}']);
    expect(headers["cache-control"]).toBe("public, max-age=300");
    expect(headers).not.toHaveProperty("pragma");
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });
});

describe("empty", () => {
  it("A-44: has no body and no type of one, and is for no cache", () => {
    expect(empty(204)).toEqual({ status: 204, headers: guarded, body: null });
    expect(empty(204, { "x-user-id": "1" }).headers).toEqual({ ...guarded, "x-user-id": "1" });
  });
});

describe("message", () => {
  const names = ["confirmed", "code_on_its_way", "signed_out", "link_on_its_way", "password_reset"];

  it.each(names as Parameters<typeof message>[1][])("says %s in both languages", (name) => {
    const [en, ru] = [message(200, name, "en"), message(200, name, "ru")];
    expect(bodyOf(en)).toEqual({ message: expect.stringMatching(/^[A-Z][ -~]+\.$/) as string });
    expect(bodyOf(ru)).toEqual({ message: expect.stringMatching(/^[А-Я][^A-Za-z]+\.$/) as string });
    expect(en.headers["content-language"]).toBe("en");
    expect(ru.headers["content-language"]).toBe("ru");
    expect(en.headers["cache-control"]).toBe("no-store");
  });

  it("confirms a reset in the documented words", () => {
    expect(bodyOf(message(200, "password_reset", "ru"))).toEqual({
      message: "Ваш пароль был успешно изменен.",
    });
  });

  it("promises nothing where it must not tell whether anybody is there", () => {
    for (const name of ["code_on_its_way", "link_on_its_way"] as const) {
      expect(message(200, name, "en").body).toMatch(/"If /);
      expect(message(200, name, "ru").body).toMatch(/"Если /);
    }
  });
});
