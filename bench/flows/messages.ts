/** What can be measured. */
export const flows = [
  "authenticate",
  "login",
  "login, one at a time",
  "renew",
  "register",
  "forgot",
  "logout",
] as const;

export type Flow = (typeof flows)[number];

/** One request as it is sent. */
export interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a contestant's process is asked, one question at a time. */
export type Question =
  | { readonly ask: "requests"; readonly flow: Flow; readonly count: number }
  | { readonly ask: "usage" }
  | { readonly ask: "hash"; readonly seconds: number; readonly inFlight: number };

/** What a process has used since it started. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
  /** Commands sent to Redis; a script is one. */
  readonly commands: number;
  /** Statements sent to Postgres. */
  readonly statements: number;
}

/** Requests to send, and how. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Over and over for so long; or, for null, each once. */
  readonly seconds: number | null;
  /** Each connection sends the refresh token of the answer before. */
  readonly isRenewal: boolean;
  /** Requests a second of all connections; as fast as they are answered when absent. */
  readonly rate?: number;
  readonly requests: readonly Request[];
}

/** What became of a load. */
export interface Answered {
  readonly count: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** How many ended otherwise than with a 2xx, by status or kind of error. */
  readonly failures: Readonly<Record<string, number>>;
}
