import { describe, expect, it, vi } from "vitest";
import { aMessage, bodyOf, type RequestParts } from "../../test/request.ts";
import { makeWorld } from "../../test/world.ts";
import type { Auth } from "../auth.ts";
import { AuthError } from "../errors.ts";
import { guard, guardedCaller } from "./guard.ts";

const ada = { userId: "u1", tag: "ada", sessionId: "s1" };
const eve = { userId: "u2", tag: "eve", sessionId: "s2" };
const bearer = (token: string): RequestParts => ({
  headers: [["Authorization", `Bearer ${token}`]],
});

function anAuth(): Auth {
  const authenticate: Auth["authenticate"] = async ({ accessToken }) => {
    if (accessToken === "ada") return ada;
    if (accessToken === "eve") return eve;
    throw new AuthError(accessToken === "down" ? "store_unavailable" : "invalid_token");
  };
  return { ...makeWorld().auth, authenticate };
}

describe("guard", () => {
  it("lets a signed-in request through, and remembers whose it is", async () => {
    const check = guard(anAuth());
    const [one, other] = [{}, {}];
    await expect(check(aMessage(bearer("ada")), one)).resolves.toBeNull();
    await expect(check(aMessage(bearer("eve")), other)).resolves.toBeNull();
    expect(guardedCaller(one)).toEqual(ada);
    expect(guardedCaller(other)).toEqual(eve);
    expect(Object.keys(one)).toEqual([]);
  });

  it.each([
    ["no credentials", {}, 401, "unauthenticated"],
    ["a token that is not ours", bearer("stolen"), 401, "invalid_token"],
    [
      "credentials of another scheme",
      { headers: [["Authorization", "Basic YTpi"]] },
      401,
      "unauthenticated",
    ],
    [
      "two tokens",
      {
        headers: [
          ["Authorization", "Bearer ada"],
          ["Authorization", "Bearer eve"],
        ],
      },
      400,
      "malformed_request",
    ],
    ["a store that is down, which signs nobody out", bearer("down"), 503, "store_unavailable"],
  ] as const)("stops a request with %s", async (_, parts, status, code) => {
    const key = {};
    const reply = await guard(anAuth())(aMessage(parts), key);
    expect(reply).toMatchObject({ status });
    expect(bodyOf(reply ?? { status: 0, headers: {}, body: null })["code"]).toBe(code);
    expect(() => guardedCaller(key)).toThrow(TypeError);
  });

  it("speaks the language of the request", async () => {
    const headers = [["Accept-Language", "ru"]] as const;
    const reply = await guard(anAuth())(aMessage({ headers }), {});
    expect(reply?.body).toContain("Войдите, чтобы продолжить.");
  });

  it("tells the flow who calls", async () => {
    const authenticate = vi.fn<Auth["authenticate"]>(async () => ada);
    const { auth } = makeWorld({ trustedProxies: ["192.0.2.1"] });
    const headers = [
      ["Authorization", "Bearer ada"],
      ["X-Forwarded-For", "203.0.113.9"],
    ] as const;
    await guard({ ...auth, authenticate })(aMessage({ headers }), {});
    expect(authenticate).toHaveBeenCalledWith(
      { accessToken: "ada" },
      { ip: "203.0.113.9", agent: undefined, locale: "en" },
    );
  });
});

describe("guardedCaller", () => {
  it("serves nobody on a route without a guard", () => {
    expect(() => guardedCaller({})).toThrow(
      new TypeError("this route is not guarded: add requireAuth(auth) to it"),
    );
  });
});
