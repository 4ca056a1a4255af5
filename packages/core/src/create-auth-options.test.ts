import { describe, expect, it, vi } from "vitest";
import { aPrivateJwk, secrets } from "../test/forge.ts";
import { plainHasher } from "../test/plain-hasher.ts";
import { createAuth } from "./create-auth.ts";
import { durableEvents } from "./intents.ts";
import { memoryMailer } from "./memory/mailer.ts";
import { memoryStores } from "./memory/stores.ts";
import type { AuthOptions } from "./options.ts";
import type { HasherExtension } from "./ports/password-hasher.ts";

const good: AuthOptions = {
  publicUrl: "https://accounts.example.com",
  secret: secrets.newest,
  stores: memoryStores(),
  mailer: memoryMailer(),
};

/** What a stranger may write in JavaScript. */
const create = (options: object): ReturnType<typeof createAuth> =>
  createAuth({ ...good, ...options });

describe("createAuth", () => {
  it("needs four options and no more", () => {
    expect(createAuth(good).settings).toEqual({
      publicUrl: "https://accounts.example.com",
      locale: "en",
      resetBy: "link",
      trustedProxies: [],
      paths: {},
      productName: "accounts.example.com",
      loginUrl: "https://accounts.example.com/",
      passwords: { minLength: 15, require: [] },
    });
  });

  it("starts nothing: no call of a port, no timer, no warning", () => {
    const touched = vi.fn<() => never>();
    const untouchable = new Proxy({}, { get: touched });
    const stores = {
      accounts: { users: untouchable, outbox: untouchable },
      ...{ sessions: untouchable, codes: untouchable, limits: untouchable },
    };
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    create({ stores, onEvent: touched, handlers: { "user.confirmed": touched } });
    expect(touched).not.toHaveBeenCalled();
    expect(timers()).toBe(before);
  });

  it("reads nothing of the environment for its secret", () => {
    vi.stubEnv("AUTH_SECRET", secrets.newest);
    expect(() => create({ secret: undefined })).toThrow(/^secret is missing/);
    vi.unstubAllEnvs();
  });
});

describe("createAuth refuses, and says what to do", () => {
  it.each([
    ["no secret", { secret: undefined }, /^secret is missing; make one with: node -e/],
    ["an empty list of secrets", { secret: [] }, /^secret is missing/],
    ["a secret that is a number", { secret: 42 }, /^secret is missing/],
    ["null for a secret", { secret: null }, /^secret is missing/],
    ["bytes for a secret", { secret: Buffer.alloc(32, 7) }, /^secret is missing/],
    ["a short secret", { secret: "c2VjcmV0" }, /^secret has fewer than 32 bytes/],
    ["a patterned secret", { secret: "a".repeat(64) }, /^secret is not random/],
    ["a weak older secret", { secret: [secrets.newest, "secret"] }, /^secret has fewer/],
    ["one secret twice", { secret: [secrets.newest, secrets.newest] }, /one key stands for two/],
    [
      "one key for two purposes",
      { keys: { keys: [{ kty: "oct", k: secrets.newest }] } },
      /^secret, keys: one key stands for two purposes/,
    ],
    ["a key set without keys", { keys: { keys: [] } }, /^keys: give a JSON Web Key Set/],
    ["no key set", { keys: "keys.json" }, /^keys: give a JSON Web Key Set/],
    ["a public key", { keys: { keys: [{ ...aPrivateJwk("OKP"), d: undefined }] } }, /private key$/],
    ["no publicUrl", { publicUrl: undefined }, /^createAuth: publicUrl: give an absolute URL/],
    ["http in public", { publicUrl: "http://example.com" }, /publicUrl: use https/],
    ["an empty issuer", { tokens: { issuer: "" } }, /^createAuth: tokens\.issuer: /],
    ["an option nobody knows", { scret: "x" }, /^createAuth: Unrecognized key: "scret"/],
    ["argon2 below every minimum", { passwords: { memoryKiB: 12_287 } }, /passwords\.memoryKiB/],
    [
      "argon2 below the minimum of its passes",
      { passwords: { memoryKiB: 19_456, passes: 1 } },
      /at least 47104 with 1 pass/,
    ],
  ])("A-49: %s", (_, options, message) => {
    expect(() => create(options)).toThrow(TypeError);
    expect(() => create(options)).toThrow(message);
  });

  it.each([
    ["stores.accounts", { ...good.stores, accounts: undefined }],
    ["stores.accounts", { ...good.stores, accounts: null }],
    ["stores.accounts.users", { ...good.stores, accounts: { outbox: {} } }],
    ["stores.accounts.outbox", { ...good.stores, accounts: { users: {}, outbox: null } }],
    ["stores.sessions", { ...good.stores, sessions: undefined }],
    ["stores.sessions", { ...good.stores, sessions: null }],
    ["stores.codes", { ...good.stores, codes: "redis" }],
    ["stores.limits", { ...good.stores, limits: () => {} }],
    ["stores.accounts", undefined],
    ["stores.accounts", null],
    ["stores.accounts", {}],
  ])("a missing store: %s", (name, stores) => {
    expect(() => create({ stores })).toThrow(new TypeError(`createAuth: ${name} is missing`));
  });

  it.each([undefined, null, {}, { send: "smtp://localhost" }, "smtp://localhost"])(
    "a mailer that is %j",
    (mailer) => {
      expect(() => create({ mailer })).toThrow(new TypeError("createAuth: mailer is missing"));
    },
  );

  it("a handler of an event that is never told, which would never run", () => {
    const misspelled = { "user.confirmd": async () => {} };
    expect(() => create({ handlers: misspelled })).toThrow(
      new TypeError(
        `createAuth: handlers: no durable event is called user.confirmd; there are ${durableEvents.join(", ")}`,
      ),
    );
    expect(() => create({ handlers: { "login.succeeded": async () => {} } })).toThrow(TypeError);
    expect(() => create({ handlers: { constructor: async () => {} } })).toThrow(TypeError);
  });

  it("a handler or listener that cannot be called", () => {
    expect(() => create({ handlers: { "user.confirmed": "x" } })).toThrow(
      new TypeError("createAuth: handlers: user.confirmed is not a function"),
    );
    expect(() => create({ onEvent: "x" })).toThrow(
      new TypeError("createAuth: onEvent is not a function"),
    );
    expect(() =>
      create({ handlers: { "user.confirmed": undefined }, onEvent: undefined }),
    ).not.toThrow();
  });
});

describe("createAuth takes", () => {
  it("a list of secrets and a key set, and publishes the public half of the set", () => {
    const keys = { keys: [aPrivateJwk("OKP"), aPrivateJwk("EC")] };
    const auth = create({ secret: [secrets.newest, secrets.older], keys });
    const published = auth.jwks().keys;
    expect(published.map(({ alg }) => alg)).toEqual(["EdDSA", "ES256"]);
    expect(published.flatMap(Object.keys)).not.toContain("d");
    expect(createAuth(good).jwks()).toEqual({ keys: [] });
  });

  it("another hasher, whatever its numbers", () => {
    expect(() => create({ passwords: { hasher: plainHasher() } })).not.toThrow();
  });

  it("a function that extends the hasher, and nothing else in its place", () => {
    const own = plainHasher();
    const given: unknown[] = [];
    const extend: HasherExtension = (hasher, pool) => {
      given.push(hasher, typeof pool.run);
      return hasher;
    };
    create({ passwords: { hasher: own, extend } });
    expect(given).toEqual([own, "function"]);
    expect(() => create({ passwords: { extend: {} as never } })).toThrow(
      "createAuth: passwords.extend: give a function that answers a hasher",
    );
  });

  it("limits that are off, in that word", () => {
    expect(() => create({ limits: "off" })).not.toThrow();
    expect(() => create({ limits: false })).toThrow(
      /^createAuth: limits: give numbers .* or "off"/,
    );
  });

  it("stores that are instances of classes", () => {
    class Store {
      ping(): void {}
    }
    const store = new Store();
    const stores = {
      accounts: { users: store, outbox: store },
      sessions: store,
      codes: store,
      limits: store,
    };
    expect(() => create({ stores })).not.toThrow();
  });
});
