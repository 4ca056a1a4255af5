import { isIP } from "node:net";
import * as z from "zod";
import { defaultLimits, type Limits } from "./domain/limits.ts";
import type { Locale } from "./domain/locale.ts";
import { passwordBounds } from "./domain/password-policy.ts";
import { pagePaths } from "./http/pages/places.ts";
import type {
  AuthOptions,
  JobOptions,
  PasswordOptions,
  RegistrationOptions,
  SessionOptions,
  TokenOptions,
} from "./options.ts";
import { maxAccessTtlSeconds } from "./tokens/access-token.ts";
import { maxSessionTtlSeconds } from "./tokens/refresh-token.ts";
import { resetCodeTtlSeconds } from "./tokens/reset-code.ts";
import { maxResetTtlSeconds } from "./tokens/reset-token.ts";

type Complete<Options> = { readonly [Key in keyof Options]-?: Exclude<Options[Key], undefined> };

/** {@link AuthOptions} with nothing left open: frozen, checked, plain data. */
export interface Config {
  readonly publicUrl: string;
  readonly productName: string;
  readonly resetLinkTemplate: string;
  readonly loginUrl: string;
  readonly tokens: Complete<TokenOptions>;
  readonly passwords: Complete<Omit<PasswordOptions, "hasher" | "extend" | "concurrency">> & {
    readonly concurrency: number | null;
  };
  readonly registration: Complete<RegistrationOptions>;
  readonly sessions: Complete<SessionOptions>;
  readonly jobs: Complete<JobOptions>;
  readonly limits: Limits | "off";
  readonly locale: Locale;
  readonly trustedProxies: readonly string[];
  readonly ipv6PrefixBits: number;
  readonly ipv6SiteFactor: number;
  readonly paths: Readonly<Record<string, string>>;
  readonly mailUnknownAddresses: boolean;
}

const int = (min: number, max: number, fallback: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(min).max(max).default(fallback);

/** What to give where something of a wholly different type was given. */
function typeSays(remedy: string): { error: (issue: { code?: string }) => string | undefined } {
  return { error: ({ code }) => (code === "invalid_type" ? remedy : undefined) };
}

const windowLimit = z.strictObject({
  limit: z.int().min(1).max(1_000_000),
  windowSeconds: z
    .int()
    .min(1)
    .max(7 * 86_400),
});
const backoffLimit = z.strictObject({
  free: z.int().min(1).max(1000),
  baseSeconds: z.int().min(1).max(3600),
  maxSeconds: z.int().min(1).max(86_400),
  windowSeconds: z
    .int()
    .min(1)
    .max(7 * 86_400),
});
const limitsForm = z.strictObject(
  Object.fromEntries(
    Object.entries(defaultLimits).map(([name, fallback]) => [
      name,
      "free" in fallback ? backoffLimit.default(fallback) : windowLimit.default(fallback),
    ]),
  ),
  typeSays('give numbers by the names of limits, or "off"'),
);

const absoluteUrl = "give an absolute URL such as https://accounts.example.com";
const proxyForm = "give CIDRs such as 10.0.0.0/8, or unix";

const plainForm = z.strictObject({
  // As every URL parser spells it: links, issuer and headers must not differ in how it was typed.
  publicUrl: z.string(typeSays(absoluteUrl)).transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const problem = url === null ? absoluteUrl : publicUrlProblem(url);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
    return (url?.href ?? "").replace(/\/+$/, "");
  }),
  productName: z
    .string()
    .regex(/^\P{Cc}{1,60}$/u, "give one line of text, 60 characters at most")
    .optional(),
  links: z
    .strictObject({ resetPassword: z.string().optional(), login: z.string().default("/") })
    .prefault({}),
  tokens: z
    .strictObject({
      issuer: z.string().min(1).optional(),
      audience: z.string().min(1).optional(),
      accessTtlSeconds: int(60, maxAccessTtlSeconds, 600),
      refreshIdleSeconds: int(300, maxSessionTtlSeconds, 7 * 86_400),
      sessionTtlSeconds: int(300, maxSessionTtlSeconds, 30 * 86_400),
      refreshGraceSeconds: int(0, 30, 10),
      reset: z.enum(["jwt", "opaque", "code"]).default("jwt"),
      resetTtlSeconds: z.int().min(900).max(maxResetTtlSeconds).optional(),
      clockToleranceSeconds: int(0, 60, 5),
    })
    .prefault({}),
  passwords: z
    .strictObject({
      minLength: int(passwordBounds.lowestMinLength, 64, 15),
      require: z.array(z.enum(["letter", "digit"])).default([]),
      contextWords: z.array(z.string().min(1)).optional(),
      memoryKiB: int(12_288, 4_194_304, 47_104),
      passes: int(1, 100, 1),
      lanes: int(1, 64, 1),
      concurrency: z.int().min(1).max(1024).optional(),
      queue: int(0, 10_000, 50),
    })
    .prefault({}),
  registration: z
    .strictObject({
      codeTtlSeconds: int(60, 600, 600),
      claimTtlSeconds: int(3600, 259_200, 86_400),
      triesPerRegistration: int(1, 10, 5),
      triesPerEmail: int(1, 30, 15),
    })
    .prefault({}),
  sessions: z
    .strictObject({ maxPerUser: int(1, 100, 20), nearCacheEntries: int(0, 1_000_000, 0) })
    .prefault({}),
  jobs: z
    .strictObject({
      batch: int(1, 100, 10),
      leaseSeconds: int(10, 600, 60),
      pollSeconds: z.number().min(0.05).max(60).default(1),
      startWithinSeconds: z.number().min(0).max(10).default(0.5),
      maxAttempts: int(1, 100, 20),
      retrySeconds: z.number().min(0.05).max(3600).default(2),
      longestRetrySeconds: z.number().min(0.05).max(86_400).default(7200),
      drainSeconds: z.number().min(0).max(60).default(8),
    })
    .prefault({}),
  limits: limitsForm.prefault({}),
  locale: z.enum(["en", "ru"]).default("en"),
  trustedProxies: z.array(z.string(typeSays(proxyForm)).refine(isProxy, proxyForm)).default([]),
  ipv6PrefixBits: int(48, 64, 64),
  ipv6SiteFactor: int(1, 1000, 10),
  paths: z
    .record(
      z.string(),
      z.string().regex(/^\/[^?#\s]*$/, "give a path that begins with / and has no query"),
    )
    .default({}),
  mailUnknownAddresses: z.boolean().default(false),
});

/** The options that are functions or hold them; the composition root takes these as they are. */
const live = new Set<string>([
  "secret",
  "keys",
  "stores",
  "mailer",
  "handlers",
  "onEvent",
  "clock",
  "random",
] satisfies (keyof AuthOptions)[]);

/**
 * The complete configuration.
 *
 * @throws TypeError naming each option that is wrong and what it may be.
 */
export function resolveConfig(options: AuthOptions): Config {
  const { hasher: _, extend: __, ...passwords } = options.passwords ?? {};
  const unlimited = options.limits === "off";
  const given = Object.entries(options).filter(
    ([name, value]) => !live.has(name) && value !== undefined,
  );
  const parsed = plainForm.safeParse({
    ...Object.fromEntries(given),
    ...(options.passwords && { passwords }),
    ...(unlimited && { limits: {} }),
  });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    throw new TypeError(`createAuth: ${faults.join("; ")}`);
  }
  const { links, productName = new URL(parsed.data.publicUrl).host, ...plain } = parsed.data;
  const issuer = plain.tokens.issuer ?? plain.publicUrl;
  return deepFreeze({
    ...plain,
    productName,
    resetLinkTemplate: resolveLink(links.resetPassword, plain),
    loginUrl: resolveLogin(links.login, plain.publicUrl),
    tokens: {
      ...plain.tokens,
      issuer,
      audience: plain.tokens.audience ?? issuer,
      resetTtlSeconds: resolveResetTtl(plain.tokens),
    },
    passwords: {
      ...plain.passwords,
      contextWords: plain.passwords.contextWords ?? [productName],
      concurrency: plain.passwords.concurrency ?? null,
    },
    // Each name was checked against its own form above.
    limits: unlimited ? "off" : (plain.limits as Limits),
  });
}

function resolveResetTtl({
  reset,
  resetTtlSeconds,
}: Pick<TokenOptions, "reset" | "resetTtlSeconds">): number {
  if (reset !== "code") return resetTtlSeconds ?? 1800;
  if (resetTtlSeconds === undefined) return resetCodeTtlSeconds;
  throw new TypeError(
    `createAuth: tokens.resetTtlSeconds: is for links; a code lives ${resetCodeTtlSeconds} seconds`,
  );
}

function isSafeOrigin(url: URL): boolean {
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && loopback);
}

function publicUrlProblem(url: URL): string | null {
  if (!isSafeOrigin(url)) return "use https; http is for loopback hosts only";
  const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return bare ? null : "give the base URL without credentials, query or fragment";
}

function resolveLink(
  given: string | undefined,
  { publicUrl, paths }: Pick<Config, "publicUrl" | "paths">,
): string {
  const page = paths["resetLinkPage"] ?? pagePaths.resetLinkPage;
  if (given === undefined && !page.includes(":token")) {
    throw new TypeError("createAuth: paths.resetLinkPage: keep :token in it");
  }
  const link = safeLink(given ?? page.replace(/:(\w+)/g, "{$1}"), publicUrl);
  if (link === null || !link.includes("{token}")) {
    throw new TypeError(
      "createAuth: links.resetPassword: give an https URL or a path with {token} in it",
    );
  }
  return link;
}

function resolveLogin(given: string, publicUrl: string): string {
  // Two slashes would be a path to us and another host to whoever copies the value.
  const link = given.startsWith("//") ? null : safeLink(given, publicUrl);
  if (link === null) throw new TypeError("createAuth: links.login: give an https URL or a path");
  return new URL(link).href;
}

/** A path below `publicUrl`, or a URL as safe as that must be; else null. */
function safeLink(given: string, publicUrl: string): string | null {
  const link = given.startsWith("/") ? `${publicUrl}${given}` : given;
  const url = /^https?:\/\/[^\s\\]+$/i.test(link) && URL.canParse(link) ? new URL(link) : null;
  const isSafe = url !== null && isSafeOrigin(url) && url.username === "" && url.password === "";
  return isSafe ? link : null;
}

function isProxy(text: string): boolean {
  if (text === "unix") return true;
  const [address = "", bits, ...rest] = text.split("/");
  const family = address.includes("%") ? 0 : isIP(address);
  const most = family === 6 ? 128 : 32;
  const valid = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return family !== 0 && valid && rest.length === 0;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
