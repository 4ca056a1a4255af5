import { createHash } from "node:crypto";

/** The qualified names of everything of ours in a database. */
export interface Names {
  readonly schema: string;
  readonly registrations: string;
  readonly users: string;
  readonly jobs: string;
  readonly sessions: string;
  readonly codes: string;
  readonly limits: string;
  readonly jobsChannel: string;
  readonly sessionsChannel: string;
}

/**
 * @throws TypeError for a name that Postgres would shorten or that needs more than quoting
 */
export function namesIn(schema: string): Names {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,47}$/.test(schema)) {
    throw new TypeError("schema: a letter or _, then up to 47 letters, digits or _");
  }
  const table = (name: string): string => `"${schema}".${name}`;
  return {
    schema,
    registrations: table("registrations"),
    users: table("users"),
    jobs: table("jobs"),
    sessions: table("sessions"),
    codes: table("codes"),
    limits: table("limits"),
    jobsChannel: `${schema}_jobs`,
    sessionsChannel: `${schema}_sessions`,
  };
}

/** A time as milliseconds since 1970, exactly. */
export function milliseconds(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id to look for: one that is no UUID is nobody's, and null is equal to nothing. */
export function sought(id: string): string | null {
  return uuid.test(id) ? id : null;
}

/** Stands for a password hash in comparisons, so that an old hash is not kept for them. */
export function proofOf(passwordHash: string): string {
  return createHash("sha256").update(passwordHash).digest("base64url");
}

/** How often a write also reclaims, and how many rows at most. */
const writesPerSweep = 16;
const rowsPerSweep = 64;

/**
 * A statement that now and then also removes a few rows that ended over a day ago: never needed
 * for an answer. Rows that others hold are left alone, so that nobody waits for a sweep; `apart`
 * keeps it away from the row that the statement itself writes.
 */
export function sweeping(
  build: (sweep: string) => string,
  over: { readonly table: string; readonly endsAt: string; readonly now: string; apart: string },
): () => string {
  const plain = build("");
  const swept = build(`swept AS (
    DELETE FROM ${over.table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${over.table}
      WHERE ${over.endsAt} < ${over.now} - interval '1 day' AND ${over.apart}
      LIMIT ${rowsPerSweep} FOR UPDATE SKIP LOCKED))),`);
  let writes = 0;
  return () => {
    writes += 1;
    return writes % writesPerSweep === 0 ? swept : plain;
  };
}
