import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import * as z from "zod";

/** What the environment says, complete and checked. */
export interface Environment {
  readonly host: string;
  readonly port: number;
  /** One, or several while one is replaced by another. */
  readonly secrets: readonly string[];
  /** Null: an embedded database in `dataDir`. */
  readonly postgresUrl: string | null;
  readonly dataDir: string;
  /** Null: plain HTTP, on this machine alone. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string } | null;
}

const form = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "give a number from 1 to 65535")
    .transform(Number)
    .refine((number) => number >= 1 && number <= 65_535, "give a number from 1 to 65535")
    .prefault("3010"),
  USERS_SECRET: z.string("set it (base64url, 32 bytes or more), the same as its callers'"),
  // The refusal repeats nothing: an address may hold a password.
  POSTGRES_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol),
      "give an address such as postgres://user:password@host",
    )
    .optional(),
  DATA_DIR: z.string().min(1).default(".data/users"),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TLS_CLIENT_CA: z.string().optional(),
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
  const { HOST: host, PORT: port, DATA_DIR: dataDir, ...rest } = parsed.data;
  const tls = tlsOf(rest);
  if (tls === null && !isLoopback(host)) {
    throw new TypeError(
      "HOST: beyond loopback TLS_CERT and TLS_KEY are needed: password hashes cross this wire",
    );
  }
  return {
    ...{ host, port, dataDir, tls },
    secrets: rest.USERS_SECRET.split(",").map((part) => part.trim()),
    postgresUrl: rest.POSTGRES_URL ?? null,
  };
}

function tlsOf(paths: {
  readonly TLS_CERT?: string | undefined;
  readonly TLS_KEY?: string | undefined;
  readonly TLS_CLIENT_CA?: string | undefined;
}): Environment["tls"] {
  const { TLS_CERT: cert, TLS_KEY: key, TLS_CLIENT_CA: ca } = paths;
  if (cert === undefined && key === undefined && ca === undefined) return null;
  if (cert === undefined || key === undefined) {
    throw new TypeError("TLS_CERT, TLS_KEY: set both, to paths of PEM files");
  }
  return {
    cert: fileOf("TLS_CERT", cert),
    key: fileOf("TLS_KEY", key),
    ...(ca !== undefined && { ca: fileOf("TLS_CLIENT_CA", ca) }),
  };
}

function fileOf(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new TypeError(`${variable}: ${path} cannot be read`, { cause });
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
