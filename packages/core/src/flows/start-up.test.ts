import { expect, it } from "vitest";
import { memoryMailer } from "../memory/mailer.ts";
import { memoryStores } from "../memory/stores.ts";
import { createAuth } from "../create-auth.ts";
import type { AuthOptions } from "../options.ts";
import { secret } from "../../test/world.ts";
import { ada, home } from "../../test/people.ts";

const good: AuthOptions = {
  publicUrl: "https://id.example.org",
  secret,
  stores: memoryStores(),
  mailer: memoryMailer(),
};

const start = (options: object) => () => createAuth({ ...good, ...options });
const { d, x, y } = {
  d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};
const jwk = { kty: "EC", crv: "P-256", x, y, d };

it.each(["https://id.example.org", "http://localhost:3000", "http://127.0.0.1:8080/auth/"])(
  "starts with %s as its public URL",
  (publicUrl) => {
    expect(start({ publicUrl })).not.toThrow();
  },
);

it.each([
  ["no public URL", { publicUrl: undefined }, "publicUrl"],
  ["a public URL that is none", { publicUrl: "id.example.org" }, "absolute URL"],
  ["http on a public host", { publicUrl: "http://id.example.org" }, "https"],
  ["http on a private network", { publicUrl: "http://10.0.0.1" }, "https"],
  ["http on a host that only looks local", { publicUrl: "http://localhost.evil.example" }, "https"],
  ["credentials in it", { publicUrl: "https://a:b@id.example.org" }, "without credentials"],
  ["a query in it", { publicUrl: "https://id.example.org?x=1" }, "without credentials"],
  ["another scheme", { publicUrl: "javascript:alert(1)" }, "https"],
  ["a link without a token", { links: { resetPassword: "/reset/{uid}" } }, "{token}"],
  ["a link on http", { links: { resetPassword: "http://evil.example/{token}" } }, "https"],
  ["an empty issuer", { tokens: { issuer: "" } }, "tokens.issuer"],
])("A-49: refuses %s, and says so", (_what, options, words) => {
  expect(start(options)).toThrow(TypeError);
  expect(start(options)).toThrow(words);
});

it.each([
  ["no secret", undefined],
  ["an empty one", ""],
  ["an empty list", []],
  ["31 bytes", Buffer.alloc(31, 7).toString("base64url")],
  ["a word", "secret"],
  ["a sentence", "this is not a secret but a sentence of text"],
  ["zeros", Buffer.alloc(32).toString("base64url")],
  ["a pattern", Buffer.from("0123456789abcdef0123456789abcdef").toString("base64url")],
])("A-49: refuses %s for a secret, and says how to make one", (_what, weak) => {
  expect(start({ secret: weak })).toThrow(TypeError);
  expect(start({ secret: weak })).toThrow("randomBytes(32)");
});

it("A-49: refuses one key for two purposes", () => {
  expect(start({ secret: [secret, secret] })).toThrow("one key stands for two purposes");
  const shared = { keys: { keys: [{ kty: "oct", k: secret }] } };
  expect(start(shared)).toThrow("one key stands for two purposes");
  expect(start({ keys: { keys: [jwk, { ...jwk, kid: "other" }] } })).toThrow(TypeError);
});

it.each([
  ["an RSA key", { kty: "RSA", n: "AQAB", e: "AQAB", d: "AQAB" }],
  ["a short shared key", { kty: "oct", k: "c2hvcnQ" }],
  ["a public key", { kty: "EC", crv: "P-256", x, y }],
  ["another curve", { ...jwk, crv: "P-384" }],
  ["an algorithm the key is not for", { ...jwk, alg: "HS256" }],
])("A-49: refuses %s", (_what, key) => {
  expect(start({ keys: { keys: [key] } })).toThrow(TypeError);
});

it.each([
  ["a password of seven", { passwords: { minLength: 7 } }],
  ["hashes below the floor", { passwords: { memoryKiB: 19_455, passes: 2 } }],
  ["one pass over too little memory", { passwords: { memoryKiB: 19_456, passes: 1 } }],
  ["codes that live an hour", { registration: { codeTtlSeconds: 3600 } }],
  ["a hundred tries of a code", { registration: { triesPerRegistration: 100 } }],
  ["links that live a day", { tokens: { resetTtlSeconds: 86_400 } }],
  ["access tokens that live a day", { tokens: { accessTtlSeconds: 86_400 } }],
  ["sessions without an end", { tokens: { sessionTtlSeconds: Number.POSITIVE_INFINITY } }],
  ["a grace of a minute", { tokens: { refreshGraceSeconds: 60 } }],
  ["a limit of nothing", { limits: { loginByNetwork: { limit: 0, windowSeconds: 60 } } }],
  ["limits misspelt", { limits: { loginsByNetwork: { limit: 5, windowSeconds: 60 } } }],
  ["limits turned off by accident", { limits: false }],
  ["every proxy trusted", { trustedProxies: true }],
  ["a number of proxies", { trustedProxies: 1 }],
  ["a proxy that is no address", { trustedProxies: ["localhost"] }],
  ["an option that does not exist", { publicURL: "https://id.example.org" }],
  ["no mailer", { mailer: undefined }],
  ["no stores", { stores: undefined }],
  ["a store too few", { stores: { ...good.stores, limits: undefined } }],
])("A-49: refuses %s", (_what, options) => {
  expect(start(options)).toThrow(TypeError);
  expect(start(options)).toThrow(/createAuth|argon2/);
});

it("constructing starts nothing: no store is called and no timer runs", () => {
  const touched: string[] = [];
  const watch = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, key): unknown {
        const member: unknown = Reflect.get(target, key);
        if (typeof member === "function") touched.push(String(key));
        return member;
      },
    });
  const { accounts, sessions, codes, limits } = memoryStores();
  const stores = {
    accounts: { users: watch(accounts.users), outbox: watch(accounts.outbox) },
    ...{ sessions: watch(sessions), codes: watch(codes), limits: watch(limits) },
  };
  const before = process.getActiveResourcesInfo().length;
  createAuth({ ...good, stores });
  expect(process.getActiveResourcesInfo()).toHaveLength(before);
  expect(touched).toEqual([]);
});

it("settings tell a front door what it must know, and cannot be changed", () => {
  const { settings } = createAuth({ ...good, publicUrl: "https://id.example.org/auth/" });
  expect(settings).toEqual({
    ...{ publicUrl: "https://id.example.org/auth", locale: "en", resetBy: "link" },
    ...{ trustedProxies: [], paths: {}, productName: "id.example.org" },
    ...{ loginUrl: "https://id.example.org/auth/", passwords: { minLength: 15, require: [] } },
  });
  expect(Object.isFrozen(settings.paths)).toBe(true);
});

it("a refusal speaks the client's language, and else the configured one", async () => {
  const auth = createAuth({ ...good, locale: "ru" });
  const input = { tag: ada.tag, password: ada.password };
  await expect(auth.login(input, home)).rejects.toMatchObject({
    title: "Неверное имя или пароль.",
  });
  await expect(auth.login(input, { ...home, locale: "en" })).rejects.toMatchObject({
    title: "The name or the password is wrong.",
  });
});
