import { describe, expect, it, vi } from "vitest";
import { aJsonRequest, aMessage, bodyOf, type RequestParts } from "../../test/request.ts";
import { byCode, makeWorld, type WorldOptions } from "../../test/world.ts";
import type { Auth } from "../auth.ts";
import { AuthError } from "../errors.ts";
import type { EndpointReply } from "./endpoint.ts";
import { guard } from "./guard.ts";
import { endpoints, errorReply, type MountOptions } from "./mount.ts";
import { table } from "./table.ts";

const caller = {
  userId: "3f0e8a52-5a3e-4c51-8f5d-0c4f6b8f9a10",
  tag: "ada",
  sessionId: "9b1d7c34-2f6b-4a88-b7c1-5e2a90d3c6f7",
};
const bearer = [["Authorization", "Bearer abc"]] as const;
const everything = { expose: ["public", "internal"] } as const;

/** An Auth whose flows are what a test makes them. */
function anAuth(flows: Partial<Auth> = {}, options: WorldOptions = {}): Auth {
  return { ...makeWorld(options).auth, ...flows };
}

const call = async (
  auth: Auth,
  method: string,
  path: string,
  parts: RequestParts = {},
  options: MountOptions = everything,
): Promise<EndpointReply> => {
  const endpoint = endpoints(auth, options).find((candidate) => candidate.path === path);
  if (endpoint === undefined) return { status: 404, headers: {}, body: null };
  return endpoint.handle(aMessage({ ...parts, method }, path), parts.body);
};

const pathsOf = (options: MountOptions): readonly string[] =>
  endpoints(anAuth(), options).map(({ path }) => path);

const renewPath = "/api/v1/tokens/renew";
const verifyPath = "/api/v1/tokens/verify";
const loginPath = "/api/v1/tokens/public/login";

describe("what is mounted", () => {
  const publicPaths = [
    "/api/v1/users/public/create",
    "/api/v1/users/public/confirm",
    "/api/v1/users/public/resend-code",
    loginPath,
    "/api/v1/tokens/logout",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
    "/api/auth/reset-password/check",
    "/api/auth/change-password",
    "/api/v1/users/me",
    "/api/v1/sessions",
    "/api/v1/sessions/:id",
    "/.well-known/jwks.json",
    "/openapi.json",
  ];

  it("is the public part of the contract where nothing else is asked for, each path once", () => {
    expect([...pathsOf({})].toSorted()).toEqual(publicPaths.toSorted());
    expect(pathsOf({ expose: undefined, publicRenew: undefined })).toEqual(pathsOf({}));
  });

  it("is the internal part only where it is asked for", () => {
    expect(pathsOf({ expose: ["internal"] })).toEqual([renewPath, verifyPath]);
    expect([...pathsOf(everything)].toSorted()).toEqual(
      [...publicPaths, renewPath, verifyPath].toSorted(),
    );
    expect(pathsOf({ expose: [] })).toEqual([]);
  });

  it("routes every method there is to each path, but OPTIONS, which is the host's", () => {
    for (const { methods } of endpoints(anAuth(), everything)) {
      expect(methods).toEqual(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
    }
  });

  it("offers renewal in public by POST alone, and only where it is switched on", async () => {
    const auth = anAuth({ renew: vi.fn<Auth["renew"]>() });
    const options = { publicRenew: true };
    expect(pathsOf(options)).toContain(renewPath);
    expect(pathsOf(options)).not.toContain(verifyPath);
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const reply = await call(auth, method, renewPath, { query: "refreshToken=abc" }, options);
      expect(reply.status).toBe(405);
      expect(reply.headers["allow"]).toBe("POST");
    }
    expect(auth.renew).not.toHaveBeenCalled();
    expect((await call(auth, "POST", renewPath, {}, options)).status).toBe(200);
  });
});

describe("the contract of what is mounted", () => {
  it("says nothing in public of what is not", async () => {
    const [open, whole] = [
      await call(anAuth(), "GET", "/openapi.json", {}, {}),
      await call(anAuth(), "GET", "/openapi.json", {}, everything),
    ];
    expect(open.status).toBe(200);
    for (const path of [renewPath, verifyPath]) {
      expect(open.body).not.toContain(path);
      expect(whole.body).toContain(path);
    }
    expect(open.body).toContain(loginPath);
  });
});

it("where resets go by code there is no link to check, and no page that leads by links", () => {
  const auth = anAuth({}, byCode);
  const places = endpoints(auth, everything).map(({ path }) => path);
  expect(places).toContain("/api/auth/forgot-password");
  expect(places).toContain("/api/auth/reset-password");
  expect(places).not.toContain("/api/auth/reset-password/check");
  expect(() => endpoints(auth, { pages: true })).toThrow(/^pages: the reset pages go by links; /);
});

describe("a method that is not offered", () => {
  const offered = new Map<string, string[]>();
  for (const { path, method, head } of [
    ...table.filter(({ resetBy }) => resetBy !== "code"),
    { path: "/openapi.json", method: "GET", head: undefined },
  ]) {
    const methods = method === "GET" && head !== false ? ["GET", "HEAD"] : [method];
    offered.set(path, [...(offered.get(path) ?? []), ...methods]);
  }

  it.each([...offered])("A-48: is 405 at %s, with what is", async (path, methods) => {
    const auth = anAuth();
    const others = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "get", "TRACE", "QUERY", ""];
    for (const method of others.filter((other) => !methods.includes(other))) {
      const reply = await call(auth, method, path);
      expect([method, reply.status]).toEqual([method, 405]);
      expect(reply.headers["allow"]).toBe(methods.join(", "));
      expect(bodyOf(reply)["code"]).toBe("method_not_allowed");
    }
  });

  it("is HEAD for renewal, which would spend a token for no answer", async () => {
    const auth = anAuth({ renew: vi.fn<Auth["renew"]>() });
    const reply = await call(auth, "HEAD", renewPath, { query: "refreshToken=abc" });
    expect(reply.status).toBe(405);
    expect(reply.headers["allow"]).toBe("GET, POST");
    expect(auth.renew).not.toHaveBeenCalled();
  });

  it("A-48: stays refused whatever headers and fields ask to be instead", async () => {
    const auth = anAuth({ forgotPassword: vi.fn<Auth["forgotPassword"]>() });
    const headers = [
      ["X-HTTP-Method-Override", "POST"],
      ["X-HTTP-Method", "POST"],
      ["X-Method-Override", "POST"],
    ] as const;
    const parts = { headers, query: "_method=POST" };
    expect((await call(auth, "GET", "/api/auth/forgot-password", parts)).status).toBe(405);
    expect(auth.forgotPassword).not.toHaveBeenCalled();
  });

  it("says so in the language of the request", async () => {
    const headers = [["Accept-Language", "ru"]] as const;
    const reply = await call(anAuth(), "PUT", loginPath, { headers });
    expect(bodyOf(reply)["title"]).toBe("Этот метод здесь не разрешён.");
  });
});

describe("HEAD", () => {
  it("is answered as GET is", async () => {
    const auth = anAuth({ authenticate: async () => caller });
    for (const path of ["/.well-known/jwks.json", verifyPath]) {
      const [get, head] = [
        await call(auth, "GET", path, { headers: bearer }),
        await call(auth, "HEAD", path, { headers: bearer }),
      ];
      expect(head).toEqual(get);
    }
  });
});

describe("renamed paths", () => {
  const withPaths = (paths: Readonly<Record<string, string>>): Auth => anAuth({}, { paths });

  it("stand in place of the contract's", () => {
    const auth = withPaths({ login: "/sign-in", contract: "/api.json", closeSession: "/s/:id" });
    const paths = endpoints(auth).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["/sign-in", "/api.json", "/s/:id"]));
    expect(paths).not.toContain(loginPath);
    expect(paths).not.toContain("/openapi.json");
  });

  it("are refused for an endpoint that does not exist, with the names of all that do", () => {
    expect(() => endpoints(withPaths({ signIn: "/sign-in" }))).toThrow(TypeError);
    expect(() => endpoints(withPaths({ signIn: "/sign-in" }))).toThrow(
      /^paths: no endpoint is called signIn; there are register, confirm, .*login, .*jwks, contract, .*resetLinkPage, .*$/,
    );
    expect(() => endpoints(withPaths({ constructor: "/x" }))).toThrow(TypeError);
  });

  it("are refused where two endpoints would stand at one place, and one be out of reach", () => {
    expect(() => endpoints(withPaths({ login: "/x", register: "/x" }))).toThrow(
      new TypeError("paths: two endpoints stand at POST /x"),
    );
    expect(() => endpoints(withPaths({ me: "/openapi.json" }))).toThrow(TypeError);
    expect(() => endpoints(withPaths({ login: "/x", me: "/x" }))).not.toThrow();
  });

  it("are refused without the parameter that the endpoint needs", () => {
    expect(() => endpoints(withPaths({ closeSession: "/sessions/close" }))).toThrow(
      new TypeError("paths.closeSession: keep :id in it"),
    );
    expect(() => endpoints(withPaths({ closeSession: "/sessions/:identity" }))).toThrow(TypeError);
    expect(() => endpoints(withPaths({ login: "/:tenant/login" }))).not.toThrow();
  });
});

describe("a request on its way to a flow", () => {
  it("A-37: cannot name the caller: that is the token's business", async () => {
    const changePassword = vi.fn<Auth["changePassword"]>();
    const auth = anAuth({ authenticate: async () => caller, changePassword });
    const path = "/api/auth/change-password";
    const post = (body: object): Promise<EndpointReply> =>
      call(auth, "POST", path, aJsonParts(body));
    for (const value of [caller, null, "another"]) {
      const reply = await post({ caller: value, currentPassword: "x" });
      expect(bodyOf(reply)).toMatchObject({ code: "invalid_input", errors: [{ path: "caller" }] });
    }
    expect(changePassword).not.toHaveBeenCalled();
    await post({ userId: "another", sub: "another" });
    expect(changePassword.mock.calls[0]?.[0]).toEqual({
      userId: "another",
      sub: "another",
      caller,
    });
  });

  it("is known by the address that trusted proxies saw", async () => {
    const login = vi.fn<Auth["login"]>();
    const auth = anAuth({ login }, { trustedProxies: ["192.0.2.0/24"] });
    const headers = [
      ["X-Forwarded-For", "127.0.0.1, 203.0.113.9"],
      ["User-Agent", "curl/8"],
      ["Accept-Language", "ru"],
    ] as const;
    await call(auth, "POST", loginPath, { headers });
    expect(login).toHaveBeenCalledWith({}, { ip: "203.0.113.9", agent: "curl/8", locale: "ru" });
  });

  it("A-45: is authenticated by its Authorization header alone", async () => {
    const authenticate = vi.fn<Auth["authenticate"]>(async () => caller);
    const auth = anAuth({ authenticate });
    const elsewhere = {
      query: "accessToken=abc&access_token=abc",
      headers: [["Cookie", "accessToken=abc"]] as const,
    };
    expect((await call(auth, "GET", verifyPath, elsewhere)).status).toBe(401);
    expect(authenticate).not.toHaveBeenCalled();
    const reply = await call(auth, "GET", verifyPath, { headers: bearer });
    expect(reply).toMatchObject({
      status: 204,
      headers: {
        "x-user-id": caller.userId,
        "x-user-tag": "ada",
        "x-session-id": caller.sessionId,
      },
    });
  });

  it("A-45: signs out by one access token, not by two", async () => {
    const logout = vi.fn<Auth["logout"]>();
    const auth = anAuth({ logout });
    const path = "/api/v1/tokens/logout";
    const both = { headers: bearer, query: "accessToken=def" };
    expect((await call(auth, "DELETE", path, both)).status).toBe(400);
    expect(logout).not.toHaveBeenCalled();
    await call(auth, "DELETE", path, { headers: bearer, query: "refreshToken=def" });
    expect(logout.mock.calls[0]?.[0]).toEqual({ accessToken: "abc", refreshToken: "def" });
  });
});

function aJsonParts(body: object): RequestParts {
  const { body: text } = aJsonRequest(body);
  return { body: text, headers: [["content-type", "application/json"], ...bearer] };
}

describe("a flow that fails", () => {
  it("A-42: by a fault of ours never rejects: it is a 500, and the operator hears of it", async () => {
    const fault = new Error("canary in pg");
    const reportFault = vi.fn<Auth["reportFault"]>();
    const login = (): Promise<never> => Promise.reject(fault);
    const reply = await call(anAuth({ login, reportFault }), "POST", loginPath);
    expect(reply.status).toBe(500);
    expect(JSON.stringify(reply)).not.toContain("canary");
    expect(reportFault).toHaveBeenCalledExactlyOnceWith(`POST ${loginPath}`, fault);
  });

  it("by a refusal is answered with it, and no operator is woken", async () => {
    const reportFault = vi.fn<Auth["reportFault"]>();
    const login = async (): Promise<never> => {
      throw new AuthError("invalid_credentials");
    };
    const reply = await call(anAuth({ login, reportFault }), "POST", loginPath);
    expect(bodyOf(reply)).toMatchObject({ code: "invalid_credentials", status: 401 });
    expect(reportFault).not.toHaveBeenCalled();
  });
});

describe("errorReply", () => {
  const reply = (error: unknown, auth = anAuth()): EndpointReply =>
    errorReply(auth, error, aMessage({ headers: [["Accept-Language", "ru"]] }));
  const withStatus = (fields: object): Error => Object.assign(new Error("canary"), fields);

  it.each([
    [400, "malformed_request"],
    [413, "payload_too_large"],
    [415, "unsupported_media_type"],
  ])("answers a framework's %i with %s", (status, code) => {
    const reportFault = vi.fn<Auth["reportFault"]>();
    for (const error of [withStatus({ statusCode: status }), withStatus({ status })]) {
      const { body, status: answered } = reply(error, anAuth({ reportFault }));
      expect(answered).toBe(status);
      expect(body).toContain(`"${code}"`);
      expect(body).not.toContain("canary");
    }
    expect(reportFault).not.toHaveBeenCalled();
  });

  it("takes everything else for a fault of ours, and tells the operator", () => {
    const others = [
      new Error("canary"),
      withStatus({ status: 404 }),
      withStatus({ statusCode: "413" }),
      "x",
      null,
    ];
    for (const error of others) {
      const reportFault = vi.fn<Auth["reportFault"]>();
      expect(reply(error, anAuth({ reportFault })).status).toBe(500);
      expect(reportFault).toHaveBeenCalledExactlyOnceWith("adapter", error);
    }
  });

  it("answers a refusal of ours as it is, with its own code and fields", () => {
    const fields = [{ path: "email", rule: "required" }] as const;
    expect(bodyOf(reply(new AuthError("invalid_input", { fields })))).toMatchObject({
      code: "invalid_input",
      errors: [{ path: "email", message: "Это поле обязательно." }],
    });
    expect(bodyOf(reply(new AuthError("expired_token")))["code"]).toBe("expired_token");
    expect(bodyOf(reply(new AuthError("tag_taken")))["code"]).toBe("tag_taken");
  });
});

describe("what cannot be mounted", () => {
  it("is refused where it is mounted, and says what to give", () => {
    const strange = { expose: ["private"] } as unknown as MountOptions;
    expect(() => endpoints(anAuth(), strange)).toThrow(/expose: private: give public, internal/);
    const nothing = undefined as unknown as Auth;
    expect(() => endpoints(nothing)).toThrow(/what createAuth returned/);
    expect(() => guard(nothing)).toThrow(/what createAuth returned/);
  });
});
