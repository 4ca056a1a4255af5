import { readFileSync } from "node:fs";
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
  /** Null: made once and kept in `dataDir`. */
  readonly secret: string | null;
  readonly keys: AuthOptions["keys"];
  readonly trustedProxies: readonly string[];
  readonly dataDir: string;
  readonly options: PlainOptions;
  /** Whether everything is loopback, so that mails may be shown to whoever asks. */
  readonly local: boolean;
}

/** The options that a file can hold: data, and none that the environment says itself. */
export type PlainOptions = Pick<
  AuthOptions,
  | "productName"
  | "links"
  | "tokens"
  | "passwords"
  | "registration"
  | "sessions"
  | "jobs"
  | "limits"
  | "locale"
  | "ipv6PrefixBits"
  | "paths"
  | "mailUnknownAddresses"
>;

const plainNames = [
  ...["productName", "links", "tokens", "passwords", "registration", "sessions", "jobs"],
  ...["limits", "locale", "ipv6PrefixBits", "paths", "mailUnknownAddresses"],
] as const;

const port = z.coerce.number().int().min(1).max(65_535);
const form = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.default(3000),
  INTERNAL_PORT: port.optional(),
  NODE_ENV: z.string().optional(),
  PUBLIC_RENEW: z.enum(["0", "1", ""]).default("0"),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_SECRET: z.string().optional(),
  AUTH_KEYS: z.string().optional(),
  TRUSTED_PROXIES: z.string().default(""),
  DATA_DIR: z.string().min(1).default(".data"),
  OPTIONS_FILE: z.string().optional(),
});

/** Variables of stores and carriers that this version does not have yet. */
const notYet = ["POSTGRES_URL", "USERS_URL", "REDIS_URL", "SMTP_URL", "KAFKA_BROKERS"] as const;

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
  const unsupported = notYet.filter((name) => given[name] !== undefined);
  if (unsupported.length > 0) {
    throw new TypeError(
      `${unsupported.join(", ")}: this version keeps everything in memory; unset it`,
    );
  }
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
  if (!local) {
    throw new TypeError(
      "HOST, PUBLIC_URL: SMTP_URL and AUTH_SECRET are needed beyond loopback, and this version sends no mail",
    );
  }
  return {
    host,
    port: PORT,
    internalPort: rest.INTERNAL_PORT ?? (production ? null : PORT + 1),
    publicRenew: rest.PUBLIC_RENEW === "1",
    publicUrl,
    secret: AUTH_SECRET ?? null,
    keys: rest.AUTH_KEYS === undefined ? undefined : readKeys(rest.AUTH_KEYS),
    trustedProxies: rest.TRUSTED_PROXIES.split(",").flatMap((part) => part.trim() || []),
    dataDir: rest.DATA_DIR,
    options: rest.OPTIONS_FILE === undefined ? {} : readOptions(rest.OPTIONS_FILE),
    local,
  };
}

/** Whether a host (of a URL, a listener or a Host header) is this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function readOptions(path: string): PlainOptions {
  const value = readJson("OPTIONS_FILE", path);
  const unknown = Object.keys(value).filter((name) => !plainNames.some((known) => known === name));
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
