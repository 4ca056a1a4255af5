import { AuthError, isAuthError } from "@latchkey/core";

/** By SQLSTATE, or by its class of two letters: what is wrong, and what helps. */
const knownCauses: Readonly<Record<string, (schema: string) => string>> = {
  "08": () => "the connection to Postgres broke: check the network between here and there",
  "25006": () => "this Postgres only reads: connect to the primary instead of a replica",
  "26000": unprepared,
  "28": () => "Postgres refuses this user or password: check the address it is connected by",
  "3D000": () => "this database does not exist: create it, or check the address",
  "3F000": missing,
  "42P01": missing,
  "42P05": unprepared,
  "42P07": (schema) =>
    `schema "${schema}" has tables of these names that are not ours: choose another schema`,
  "42501": (schema) =>
    `this database user may not use the tables: grant it the rights to schema "${schema}"`,
  "42": (schema) =>
    `the tables of schema "${schema}" are not those of this version: run \`latchkey-migrate up\``,
  "40": () => "Postgres could not order this step among others: try again",
  "53": () => "Postgres is out of connections, memory or disk: look at its log",
  "55": () => "Postgres waited too long for a lock: look for a long transaction",
  "57P01": () => "Postgres is shutting down or failing over: it will be tried again",
  "57P03": () => "Postgres is starting up: it will be tried again",
  "57014": () => "Postgres took too long and was told to stop: look at its load",
};

/** What `pg` says by words alone. */
const clientWords: readonly (readonly [words: RegExp, says: string])[] = [
  [
    /timeout exceeded when trying to connect|due to connection timeout/,
    "Postgres gives no connection in time: check its address, its load and the size of the pool",
  ],
  [
    /^Connection terminated|^Client has encountered a connection error/,
    "the connection to Postgres broke: check the network between here and there",
  ],
];

const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

function unprepared(): string {
  return "a pooler between here and Postgres loses prepared statements: set `prepare: false`";
}

function missing(schema: string): string {
  return `the tables of schema "${schema}" are missing: run \`latchkey-migrate up\``;
}

/** The SQLSTATE or system code of whatever a driver threw. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function describe(error: unknown, schema: string): string {
  const code = codeOf(error);
  if (code !== undefined && unreachable.has(code)) {
    return `Postgres cannot be reached: check its address, and that it runs (${code})`;
  }
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const known = knownCauses[code] ?? knownCauses[code.slice(0, 2)];
    // Of other faults not even the message: Postgres likes to quote the row it could not keep.
    return `${known?.(schema) ?? "Postgres refused a statement: this is a fault of ours"} (${code})`;
  }
  if (!(error instanceof Error)) return "the database client failed";
  const known = clientWords.find(([words]) => words.test(error.message));
  return known === undefined ? error.message : `${known[1]} (${error.message})`;
}

/**
 * What a port throws when its database cannot answer. The driver's own error stays behind: it may
 * carry whole rows, and causes end up in logs.
 */
export function storeUnavailable(error: unknown, schema: string): AuthError {
  if (isAuthError(error)) return error;
  const cause = new Error(describe(error, schema));
  return new AuthError("store_unavailable", {
    cause: Object.assign(cause, { code: codeOf(error) }),
    retryAfterSeconds: 1,
  });
}
