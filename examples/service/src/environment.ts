import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import type { AuthOptions } from "@latchkey/core";
import * as z from "zod";

/** What the environment says, complete and checked. */
export interface Environment {
  readonly host: string;
  readonly port: number;
  /** Null: internal endpoints are not served. */
  readonly internalPort: number | null;
  readonly publicRenew: boolean;
  readonly publicUrl: string;
  /** The newest first; null: made once and kept in `dataDir`. */
  readonly secret: readonly string[] | null;
  readonly keys: AuthOptions["keys"];
  /** The user-database service that keeps the accounts; null: they are kept here. */
  readonly users: { readonly url: string; readonly secret: string } | null;
  /** Null: an embedded database in `dataDir`. */
  readonly postgresUrl: string | null;
  /** Null: sessions, codes and limits are kept with the accounts; several make a cluster. */
  readonly redisUrls: readonly string[] | null;
  readonly trustedProxies: readonly string[];
  readonly dataDir: string;
  readonly options: PlainOptions;
  /** Null, which only loopback allows: mails are kept in memory and shown to whoever asks. */
  readonly smtp: { readonly url: string; readonly from: string } | null;
  /** Null: nobody is told of account events. */
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly accountsTopic: string | undefined;
    readonly resetLinksTopic: string | undefined;
  } | null;
}

/** The options that a file can hold: data, and none that the environment says itself. */
export type PlainOptions = Omit<
  AuthOptions,
  | ("publicUrl" | "secret" | "keys" | "trustedProxies")
  | ("stores" | "mailer" | "handlers" | "onEvent" | "clock" | "random")
>;

// A record, so that the compiler names what is missing here when there is a new option.
const plain: { readonly [Name in keyof PlainOptions]-?: true } = {
  ...{ productName: true, links: true, tokens: true, passwords: true, registration: true },
  ...{ sessions: true, jobs: true, limits: true, locale: true, paths: true },
  ...{ ipv6PrefixBits: true, ipv6SiteFactor: true, mailUnknownAddresses: true },
};
const plainNames = Object.keys(plain);

const port = z
  .string()
  .regex(/^\d{1,5}$/, "give a number from 1 to 65535")
  .transform(Number)
  .refine((number) => number >= 1 && number <= 65_535, "give a number from 1 to 65535");
/** The refusal repeats nothing: an address may hold a password. */
function address(protocols: readonly string[]): z.ZodString {
  const wanted = `give an address such as ${protocols[0]}//user:password@host, percent-encoded`;
  return z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && protocols.includes(url.protocol) && isDecodable(url);
  }, wanted);
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username} ${password}`);
    return true;
  } catch {
    return false;
  }
}

const form = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.prefault("3000"),
  INTERNAL_PORT: port.optional(),
  NODE_ENV: z.string().optional(),
  PUBLIC_RENEW: z.enum(["0", "1", ""]).default("0"),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_SECRET: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .optional(),
  AUTH_KEYS: z.string().optional(),
  POSTGRES_URL: address(["postgres:", "postgresql:"]).optional(),
  USERS_URL: z.url({ protocol: /^https?$/ }).optional(),
  USERS_SECRET: z.string().optional(),
  REDIS_URL: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(address(["redis:", "rediss:"])))
    .optional(),
  SMTP_URL: address(["smtp:", "smtps:"]).optional(),
  MAIL_FROM: z.string().optional(),
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.string().regex(/^[\w.-]+:\d{1,5}$/, "give host:port, comma-separated")))
    .optional(),
  KAFKA_ACCOUNTS_TOPIC: z.string().optional(),
  KAFKA_RESET_LINKS_TOPIC: z.string().optional(),
  TRUSTED_PROXIES: z.string().default(""),
  DATA_DIR: z.string().min(1).default(".data"),
  OPTIONS_FILE: z.string().optional(),
});

/**
 * The environment as settings. An empty variable counts as absent.
 *
 * @throws TypeError naming the variable and what to do.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Environment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = form.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new TypeError(faults.join("; "));
  }

  const { HOST: host, PORT, NODE_ENV, AUTH_SECRET, ...rest } = parsed.data;
  const production = NODE_ENV === "production";
  const publicUrl = rest.PUBLIC_URL ?? `http://${host.includes(":") ? `[${host}]` : host}:${PORT}`;
  const local = isLoopback(host) && isLoopback(new URL(publicUrl).hostname);
  if (production && AUTH_SECRET === undefined) {
    throw new TypeError(
      "AUTH_SECRET: set it (base64url, 32 bytes or more); in production none is made",
    );
  }
  const needed = { SMTP_URL: rest.SMTP_URL, AUTH_SECRET };
  const missing = Object.entries(needed).flatMap(([name, value]) =>
    value === undefined ? name : [],
  );
  if (!local && missing.length > 0) {
    throw new TypeError(
      `HOST, PUBLIC_URL: beyond loopback SMTP_URL and AUTH_SECRET are needed; set ${missing.join(", ")}`,
    );
  }
  const internalPort = rest.INTERNAL_PORT ?? (production ? null : PORT + 1);
  if (internalPort === PORT || (internalPort ?? 0) > 65_535) {
    throw new TypeError(`INTERNAL_PORT: ${internalPort} cannot be used; give another than PORT`);
  }
  return {
    host,
    port: PORT,
    internalPort,
    publicRenew: rest.PUBLIC_RENEW === "1",
    publicUrl,
    secret: AUTH_SECRET ?? null,
    keys: rest.AUTH_KEYS === undefined ? undefined : readKeys(rest.AUTH_KEYS),
    users: usersOf(rest),
    postgresUrl: rest.POSTGRES_URL ?? null,
    redisUrls: rest.REDIS_URL ?? null,
    trustedProxies: rest.TRUSTED_PROXIES.split(",").flatMap((part) => part.trim() || []),
    dataDir: rest.DATA_DIR,
    options: rest.OPTIONS_FILE === undefined ? {} : readOptions(rest.OPTIONS_FILE),
    smtp: rest.SMTP_URL === undefined ? null : { url: rest.SMTP_URL, from: senderOf(rest) },
    kafka: kafkaOf(rest),
  };
}

function kafkaOf({
  KAFKA_BROKERS: brokers,
  KAFKA_ACCOUNTS_TOPIC: accountsTopic,
  KAFKA_RESET_LINKS_TOPIC: resetLinksTopic,
}: Pick<
  z.output<typeof form>,
  "KAFKA_BROKERS" | "KAFKA_ACCOUNTS_TOPIC" | "KAFKA_RESET_LINKS_TOPIC"
>): Environment["kafka"] {
  if (brokers !== undefined) return { brokers, accountsTopic, resetLinksTopic };
  if (accountsTopic === undefined && resetLinksTopic === undefined) return null;
  throw new TypeError("KAFKA_BROKERS: set it too, or unset the topics");
}

function senderOf({ MAIL_FROM: from }: { readonly MAIL_FROM?: string | undefined }): string {
  if (from !== undefined) return from;
  throw new TypeError("MAIL_FROM: set it with SMTP_URL, such as Example <no-reply@example.com>");
}

function usersOf({
  USERS_URL: url,
  USERS_SECRET: secret,
  ...rest
}: Pick<
  z.output<typeof form>,
  "USERS_URL" | "USERS_SECRET" | "POSTGRES_URL" | "REDIS_URL"
>): Environment["users"] {
  if (url === undefined && secret === undefined) return null;
  if (url === undefined) throw new TypeError("USERS_URL: set it too, or unset USERS_SECRET");
  if (secret === undefined) {
    throw new TypeError("USERS_SECRET: set it to that of the user-database service");
  }
  if (rest.POSTGRES_URL !== undefined && rest.REDIS_URL !== undefined) {
    throw new TypeError(
      "POSTGRES_URL: nothing is kept there beside USERS_URL and REDIS_URL; unset one of them",
    );
  }
  return { url, secret };
}

/** Whether a host (of a URL, a listener or a Host header) is this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|\[::1\])$/i.test(host) || (isIPv4(host) && host.startsWith("127."));
}

/** Which variable says what createAuth refuses; all others come out of the file of options. */
const variableOf: Readonly<Record<string, string>> = {
  ...Object.fromEntries(plainNames.map((name) => [name, "OPTIONS_FILE"])),
  ...{ publicUrl: "PUBLIC_URL", secret: "AUTH_SECRET", keys: "AUTH_KEYS" },
  ...{ trustedProxies: "TRUSTED_PROXIES", from: "MAIL_FROM", url: "SMTP_URL", tls: "SMTP_URL" },
  ...{ accountsTopic: "KAFKA_ACCOUNTS_TOPIC", resetLinksTopic: "KAFKA_RESET_LINKS_TOPIC" },
};

/** A refusal of createAuth, smtpMailer or kafkaHandlers that names the variable; any other error as it is. */
export function inVariables(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const [, option = ""] =
    /^(?:createAuth: |smtpMailer: |kafkaHandlers: )?(\w+)/.exec(error.message) ?? [];
  const variable = variableOf[option];
  if (variable === undefined) return error;
  return new TypeError(`${variable}: ${error.message}`, { cause: error });
}

function readOptions(path: string): PlainOptions {
  const value = readJson("OPTIONS_FILE", path);
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(plain, name));
  const { passwords } = value;
  // The only options of a group that are no data.
  for (const name of ["hasher", "extend"]) {
    if (typeof passwords !== "object" || passwords === null || !(name in passwords)) continue;
    unknown.push(`passwords.${name}`);
  }
  if (unknown.length > 0) {
    throw new TypeError(
      `OPTIONS_FILE: ${unknown.join(", ")}: not an option; there are ${plainNames.join(", ")}`,
    );
  }
  // createAuth checks every value, and names the one that is wrong.
  return value;
}

function readKeys(path: string): NonNullable<AuthOptions["keys"]> {
  // createAuth checks every key, and says which cannot be used.
  return readJson("AUTH_KEYS", path) as unknown as NonNullable<AuthOptions["keys"]>;
}

function readJson(variable: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TypeError(`${variable}: ${path} is not a file of JSON`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${variable}: ${path} holds no JSON object`);
  }
  return { ...value };
}
