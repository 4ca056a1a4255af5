import { describe, expect, it } from "vitest";
import { resolveConfig } from "./config.ts";
import { memoryMailer } from "./memory/mailer.ts";
import { memoryStores } from "./memory/stores.ts";
import { lettersAndDigits, type AuthOptions } from "./options.ts";

const publicUrl = "https://accounts.example.com";
const ports = { secret: undefined, stores: memoryStores(), mailer: memoryMailer() };

/** What a stranger may write in JavaScript. */
const resolve = (options: object = {}): ReturnType<typeof resolveConfig> =>
  resolveConfig({ publicUrl, ...ports, ...options });

/** Options with one value put at a dotted path. */
const at = (path: string, value: unknown): object => {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : at(rest.join("."), value) };
};
const valueAt = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], value);

describe("defaults", () => {
  it("are these, where only publicUrl is said", () => {
    const { limits, ...config } = resolve();
    expect(limits).toBeTypeOf("object");
    expect(config).toEqual({
      publicUrl,
      productName: "accounts.example.com",
      resetLinkTemplate: `${publicUrl}/password-reset/{uid}/{token}/`,
      loginUrl: `${publicUrl}/`,
      tokens: {
        issuer: publicUrl,
        audience: publicUrl,
        accessTtlSeconds: 600,
        refreshIdleSeconds: 604_800,
        sessionTtlSeconds: 2_592_000,
        refreshGraceSeconds: 10,
        reset: "jwt",
        resetTtlSeconds: 1800,
        clockToleranceSeconds: 5,
      },
      passwords: {
        minLength: 15,
        require: [],
        contextWords: ["accounts.example.com"],
        memoryKiB: 47_104,
        passes: 1,
        lanes: 1,
        concurrency: null,
        queue: 50,
      },
      registration: {
        codeTtlSeconds: 600,
        claimTtlSeconds: 86_400,
        triesPerRegistration: 5,
        triesPerEmail: 15,
      },
      sessions: { maxPerUser: 20, nearCacheEntries: 0 },
      jobs: {
        ...{ batch: 10, leaseSeconds: 60, pollSeconds: 1, maxAttempts: 20, drainSeconds: 8 },
        startWithinSeconds: 0.5,
        ...{ retrySeconds: 2, longestRetrySeconds: 7200 },
      },
      locale: "en",
      trustedProxies: [],
      ipv6PrefixBits: 64,
      ipv6SiteFactor: 10,
      paths: {},
      mailUnknownAddresses: false,
    });
  });

  it("are these for limits", () => {
    expect(resolve().limits).toEqual({
      registerByNetwork: { limit: 10, windowSeconds: 3600 },
      registerByEmailAndNetwork: { limit: 5, windowSeconds: 3600 },
      codesByEmail: { limit: 5, windowSeconds: 3600 },
      codesByEmailDaily: { limit: 10, windowSeconds: 86_400 },
      confirmByNetwork: { limit: 60, windowSeconds: 900 },
      confirmByRegistration: { limit: 30, windowSeconds: 3600 },
      confirmByEmail: { limit: 15, windowSeconds: 86_400 },
      resendByNetwork: { limit: 20, windowSeconds: 3600 },
      resendByRegistration: { limit: 1, windowSeconds: 60 },
      resendByRegistrationHourly: { limit: 4, windowSeconds: 3600 },
      resendByRegistrationDaily: { limit: 9, windowSeconds: 86_400 },
      loginByNetwork: { limit: 50, windowSeconds: 900 },
      loginByIdentifierAndNetwork: {
        free: 5,
        baseSeconds: 1,
        maxSeconds: 3600,
        windowSeconds: 86_400,
      },
      loginByIdentifier: { limit: 44, windowSeconds: 86_400 },
      forgotByNetwork: { limit: 20, windowSeconds: 3600 },
      forgotByEmail: { limit: 1, windowSeconds: 60 },
      forgotByEmailHourly: { limit: 3, windowSeconds: 3600 },
      resetByNetwork: { limit: 30, windowSeconds: 900 },
      resetByLink: { limit: 10, windowSeconds: 3600 },
      resetCodeByEmail: { limit: 15, windowSeconds: 86_400 },
      changePasswordBySession: { limit: 5, windowSeconds: 900 },
      changePasswordBySessionDaily: { limit: 10, windowSeconds: 86_400 },
      mailsToNewAddresses: { limit: 300, windowSeconds: 300 },
    });
  });

  it("take undefined for absent, in groups and in the whole", () => {
    const unset = {
      productName: undefined,
      links: undefined,
      tokens: { issuer: undefined, accessTtlSeconds: undefined },
      passwords: { minLength: undefined, hasher: undefined, contextWords: undefined },
      limits: { loginByNetwork: undefined },
      paths: undefined,
    };
    expect(resolve(unset)).toEqual(resolve());
  });

  it("follow from each other: audience from issuer, context words from the product's name", () => {
    const { tokens, passwords } = resolve({ tokens: { issuer: "urn:me" }, productName: "Me & Co" });
    expect(tokens).toMatchObject({ issuer: "urn:me", audience: "urn:me" });
    expect(passwords.contextWords).toEqual(["Me & Co"]);
    expect(resolve({ passwords: { contextWords: [] } }).passwords.contextWords).toEqual([]);
  });
});

describe("numbers", () => {
  const bounds: readonly (readonly [path: string, min: number, max: number])[] = [
    ["tokens.accessTtlSeconds", 60, 3600],
    ["tokens.refreshIdleSeconds", 300, 7_776_000],
    ["tokens.sessionTtlSeconds", 300, 7_776_000],
    ["tokens.refreshGraceSeconds", 0, 30],
    ["tokens.resetTtlSeconds", 900, 3600],
    ["tokens.clockToleranceSeconds", 0, 60],
    ["passwords.minLength", 8, 64],
    ["passwords.memoryKiB", 12_288, 4_194_304],
    ["passwords.passes", 1, 100],
    ["passwords.lanes", 1, 64],
    ["passwords.concurrency", 1, 1024],
    ["passwords.queue", 0, 10_000],
    ["registration.codeTtlSeconds", 60, 600],
    ["registration.claimTtlSeconds", 3600, 259_200],
    ["registration.triesPerRegistration", 1, 10],
    ["registration.triesPerEmail", 1, 30],
    ["sessions.maxPerUser", 1, 100],
    ["sessions.nearCacheEntries", 0, 1_000_000],
    ["jobs.batch", 1, 100],
    ["jobs.leaseSeconds", 10, 600],
    ["jobs.maxAttempts", 1, 100],
    ["ipv6PrefixBits", 48, 64],
    ["ipv6SiteFactor", 1, 1000],
    ["limits.loginByNetwork.limit", 1, 1_000_000],
    ["limits.loginByNetwork.windowSeconds", 1, 604_800],
    ["limits.loginByIdentifierAndNetwork.free", 1, 1000],
    ["limits.loginByIdentifierAndNetwork.baseSeconds", 1, 3600],
    ["limits.loginByIdentifierAndNetwork.maxSeconds", 1, 86_400],
    ["limits.loginByIdentifierAndNetwork.windowSeconds", 1, 604_800],
  ];
  const limits = {
    loginByNetwork: { limit: 1, windowSeconds: 1 },
    loginByIdentifierAndNetwork: { free: 1, baseSeconds: 1, maxSeconds: 1, windowSeconds: 1 },
  };
  /** A limit is only known with all of its numbers. */
  const whole = (path: string, value: unknown): object => {
    const [group, name = "", number = ""] = path.split(".");
    if (group !== "limits") return at(path, value);
    const numbers = name in limits ? limits[name as keyof typeof limits] : {};
    return { limits: { [name]: { ...numbers, [number]: value } } };
  };

  it.each(bounds)("%s goes from %i to %i", (path, min, max) => {
    for (const good of [min, max]) expect(valueAt(resolve(whole(path, good)), path)).toBe(good);
    const message = new RegExp(`^createAuth: ${path.replaceAll(".", "\\.")}: .+`);
    for (const bad of [min - 1, max + 1, min + 0.5, -1, Infinity, NaN, String(min), null, [min]]) {
      expect(() => resolve(whole(path, bad))).toThrow(TypeError);
      expect(() => resolve(whole(path, bad))).toThrow(message);
    }
  });

  it.each([
    ["jobs.pollSeconds", 0.05, 60],
    ["jobs.drainSeconds", 0, 60],
    ["jobs.startWithinSeconds", 0, 10],
    ["jobs.retrySeconds", 0.05, 3600],
    ["jobs.longestRetrySeconds", 0.05, 86_400],
  ])("%s may be a fraction, from %d to %d", (path, min, max) => {
    for (const good of [min, 1.5, max]) expect(valueAt(resolve(at(path, good)), path)).toBe(good);
    for (const bad of [min - 0.01, max + 0.01, NaN, Infinity, "1", null]) {
      expect(() => resolve(at(path, bad))).toThrow(TypeError);
    }
  });

  it("say in a refusal what they may be", () => {
    expect(() => resolve(at("passwords.minLength", 7))).toThrow(/passwords\.minLength: .*8/);
    expect(() => resolve(at("tokens.accessTtlSeconds", 3601))).toThrow(/accessTtlSeconds: .*3600/);
  });

  it("A-03: have a floor for passwords that no preset goes below", () => {
    expect(resolve({ passwords: lettersAndDigits }).passwords).toMatchObject({
      minLength: 8,
      require: ["letter", "digit"],
    });
  });
});

describe("what resets go by", () => {
  it("is a JWT, or what is said", () => {
    expect(resolve({ tokens: { reset: "opaque" } }).tokens).toMatchObject({
      ...{ reset: "opaque", resetTtlSeconds: 1800 },
    });
    expect(() => resolve({ tokens: { reset: "sms" } })).toThrow(
      /^createAuth: tokens\.reset: .*"jwt"\|"opaque"\|"code"/,
    );
  });

  it("is for codes ten minutes, which nothing changes", () => {
    expect(resolve({ tokens: { reset: "code" } }).tokens).toMatchObject({ resetTtlSeconds: 600 });
    expect(() => resolve({ tokens: { reset: "code", resetTtlSeconds: 900 } })).toThrow(
      /^createAuth: tokens\.resetTtlSeconds: is for links; a code lives 600 seconds/,
    );
  });
});

describe("texts", () => {
  it.each([
    ["productName", ["x", "n".repeat(60), "Пример & Ко"], ["", "n".repeat(61)]],
    ["tokens.issuer", ["x", "urn:me"], [""]],
    ["tokens.audience", ["x", "urn:you"], [""]],
  ])("%s takes any line but an empty one", (path, good, bad) => {
    for (const text of good) expect(valueAt(resolve(at(path, text)), path)).toBe(text);
    for (const text of bad) expect(() => resolve(at(path, text))).toThrow(TypeError);
  });
});

describe("limits", () => {
  it("are the defaults but for those named", () => {
    const limits = { loginByNetwork: { limit: 7, windowSeconds: 70 } };
    expect(resolve({ limits }).limits).toEqual({ ...(resolve().limits as object), ...limits });
  });

  it("are off where that is said, in that word", () => {
    expect(resolve({ limits: "off" }).limits).toBe("off");
    for (const limits of ["on", "OFF", "", false, null, 0, []]) {
      expect(() => resolve({ limits })).toThrow(/^createAuth: limits: .+/);
    }
  });

  it("are refused by an unknown name, in half, or in the other form", () => {
    const backoff = { free: 5, baseSeconds: 1, maxSeconds: 900, windowSeconds: 900 };
    for (const limits of [
      { loginByNetwrok: { limit: 1, windowSeconds: 1 } },
      { loginByNetwork: { limit: 1 } },
      { loginByNetwork: 5 },
      { loginByNetwork: null },
      { loginByNetwork: backoff },
      { loginByIdentifierAndNetwork: { limit: 1, windowSeconds: 1 } },
      { loginByIdentifierAndNetwork: { ...backoff, free: 0 } },
      { __proto__: { loginByNetwork: 5 }, constructor: {} },
    ]) {
      expect(() => resolve({ limits })).toThrow(/^createAuth: limits/);
    }
  });
});

describe("other options", () => {
  it.each([
    [{ locale: "de" }, /^createAuth: locale: .*"en"\|"ru"/],
    [{ productName: "" }, /^createAuth: productName: give one line of text/],
    [{ productName: "Ex\r\nample" }, /^createAuth: productName: give one line of text/],
    [{ productName: "n".repeat(61) }, /^createAuth: productName: /],
    [{ tokens: { issuer: "" } }, /^createAuth: tokens\.issuer: /],
    [{ tokens: { audience: ["a"] } }, /^createAuth: tokens\.audience: /],
    [{ tokens: null }, /^createAuth: tokens: /],
    [{ passwords: null }, /^createAuth: passwords: /],
    [
      { passwords: { require: ["symbol"] } },
      /^createAuth: passwords\.require\.0: .*"letter"\|"digit"/,
    ],
    [{ passwords: { contextWords: [""] } }, /^createAuth: passwords\.contextWords\.0: /],
    [{ mailUnknownAddresses: "yes" }, /^createAuth: mailUnknownAddresses: /],
    [{ paths: { login: "login" } }, /^createAuth: paths\.login: give a path that begins with \//],
    [{ paths: { login: "/a?b" } }, /^createAuth: paths\.login: give a path/],
    [{ paths: { login: "/a b" } }, /^createAuth: paths\.login: give a path/],
    [{ paths: { login: "https://example.com/a" } }, /^createAuth: paths\.login: give a path/],
  ])("A-49: are refused as %j", (options, message) => {
    expect(() => resolve(options)).toThrow(TypeError);
    expect(() => resolve(options)).toThrow(message);
  });

  it("A-49: are refused where nobody knows them, by name and never by value", () => {
    expect(() => resolve({ secrets: "canary" })).toThrow(
      /^createAuth: Unrecognized key: "secrets"$/,
    );
    expect(() => resolve({ tokens: { accessTtl: 5 } })).toThrow(
      /^createAuth: tokens: Unrecognized key: "accessTtl"$/,
    );
    for (const wrong of [{ tokens: { issuer: { canary: 1 } } }, { locale: "canary" }]) {
      expect(() => resolve(wrong)).toThrow(/^(?!.*canary)/s);
    }
  });

  it("are refused all at once, not one at each start", () => {
    const wrong = { locale: "de", sessions: { maxPerUser: 0 }, tokens: { resetTtlSeconds: 1 } };
    expect(() => resolve(wrong)).toThrow(/tokens\.resetTtlSeconds.*sessions\.maxPerUser.*locale/s);
  });
});

/** Every object in a value that can still be changed, by its path. */
function thawed(value: unknown, path = "config"): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const parts = Object.entries(value).flatMap(([name, part]) => thawed(part, `${path}.${name}`));
  return Object.isFrozen(value) ? parts : [path, ...parts];
}

describe("the configuration", () => {
  it("is frozen to its last part", () => {
    const options = { paths: { login: "/in" }, trustedProxies: ["::1"], limits: {} };
    expect(thawed(resolve(options))).toEqual([]);
    expect(thawed(resolve({ limits: "off" }))).toEqual([]);
  });

  it("is a copy: what the application does with its own options changes nothing", () => {
    const contextWords = ["ours"];
    const paths: Record<string, string> = { login: "/in" };
    const limits = { loginByNetwork: { limit: 5, windowSeconds: 50 } };
    const options: AuthOptions = {
      publicUrl,
      ...ports,
      passwords: { contextWords },
      paths,
      limits,
    };
    const config = resolveConfig(options);
    contextWords.push("theirs");
    paths["login"] = "/out";
    limits.loginByNetwork.limit = 1000;
    expect(config).toMatchObject({
      passwords: { contextWords: ["ours"] },
      paths: { login: "/in" },
      limits: { loginByNetwork: { limit: 5 } },
    });
  });

  it("holds nothing that is alive: no secret, store or function", () => {
    const alive = { secret: "canary", onEvent: () => {}, handlers: {}, keys: { keys: [] } };
    const config = resolve({ ...alive, passwords: { hasher: {}, extend: () => ({}) } });
    expect(structuredClone(config)).toEqual(config);
    expect(JSON.stringify(config)).not.toContain("canary");
    expect(config.passwords).not.toHaveProperty("hasher");
    expect(config.passwords).not.toHaveProperty("extend");
  });
});
