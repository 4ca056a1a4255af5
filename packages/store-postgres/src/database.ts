import { createHash } from "node:crypto";
import { CompiledQuery } from "kysely";
import { codeOf } from "./faults.ts";

/** A value as it goes to the database: nothing that a driver would spell in its own way. */
export type Value = string | number | boolean | null | readonly string[];

/** Sends one statement and answers its rows. */
export type Run = (
  text: string,
  values: readonly Value[],
  signal?: AbortSignal,
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A way to the database that somebody else opened and will close. */
export interface Database {
  /** On any connection. A statement whose signal has aborted before its turn is never sent. */
  readonly run: Run;
  /** Several statements on one connection, which is given up when the signal aborts. */
  session<Answer>(work: (run: Run) => Promise<Answer>, signal: AbortSignal): Promise<Answer>;
}

/** What is used of a Kysely instance, whatever its tables and plugins. */
export interface KyselyLike {
  readonly isTransaction: boolean;
  withoutPlugins(): KyselyLike;
  executeQuery<Row>(
    query: CompiledQuery<Row>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly rows: Row[] }>;
  connection(): {
    execute<Answer>(callback: (db: KyselyLike) => Promise<Answer>): Promise<Answer>;
  };
}

/** What is used of a connection of a pool, as `pg` lends them. */
export interface PoolClientLike {
  /** With a `name` the connection keeps the statement prepared. */
  query(statement: {
    readonly name?: string;
    readonly text: string;
    readonly values: unknown[];
  }): Promise<{ readonly rows: unknown[] }>;
  /** With `true` the connection is closed instead of given back. */
  release(destroy?: boolean): void;
  /** `notification` comes with `{channel, payload}`, the others say that the connection is lost. */
  on(event: "notification" | "error" | "end", listener: (...details: never[]) => void): unknown;
  off(event: "error", listener: () => void): unknown;
}

/** What is used of a pool, as `pg` makes them. */
export interface PoolLike {
  connect(): Promise<PoolClientLike>;
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The caller's Kysely, without the plugins that would rename what is asked and answered. */
export function kyselyDatabase(db: KyselyLike): Database {
  const runOn =
    (plain: KyselyLike): Run =>
    async (text, values, signal) => {
      const query = CompiledQuery.raw(text, [...values]) as CompiledQuery<Rows[number]>;
      return (await plain.executeQuery(query, signal === undefined ? {} : { signal })).rows;
    };
  const plain = db.withoutPlugins();
  return {
    run: runOn(plain),
    session: (work, signal) =>
      plain.connection().execute((connection) => {
        const run = runOn(connection);
        return work((text, values) => run(text, values, signal));
      }),
  };
}

/**
 * A pool as it is: no query builder between, and a connection that hangs is closed. Prepared, most
 * statements take a third of the time: more goes into planning them than into running them.
 */
export function poolDatabase(pool: PoolLike, isPreparing: boolean): Database {
  const statementNames = new Map<string, string>();
  const nameOf = (text: string): string => {
    const digest = (): string => createHash("sha256").update(text).digest("hex").slice(0, 32);
    const name = statementNames.get(text) ?? `latchkey_${digest()}`;
    statementNames.set(text, name);
    return name;
  };
  const borrow = async () => {
    const client = await pool.connect();
    // A connection that breaks while it is lent says so twice: to whoever waits for an answer, and
    // as an event that ends the process if nobody listens.
    const ignore = (): void => undefined;
    client.on("error", ignore);
    let isLent = true;
    const giveBack = (destroy: boolean): void => {
      if (!isLent) return;
      isLent = false;
      client.release(destroy);
      client.off("error", ignore);
    };
    return { client, giveBack };
  };
  const send = async (
    client: PoolClientLike,
    statement: { readonly name?: string; readonly text: string },
    values: readonly Value[],
  ) =>
    // Rows are objects of columns: no statement asks for anything else.
    (await client.query({ ...statement, values: [...values] })).rows as Rows;

  return {
    async run(text, values, signal) {
      const { client, giveBack } = await borrow();
      if (signal?.aborted === true) {
        giveBack(false);
        throw signal.reason;
      }
      // What still runs at the deadline may run for ever: such a connection is of no more use.
      const giveUp = (): void => giveBack(true);
      signal?.addEventListener("abort", giveUp, { once: true });
      try {
        const statement = isPreparing ? { name: nameOf(text), text } : { text };
        const rows = await send(client, statement, values);
        giveBack(false);
        return rows;
      } catch (error) {
        giveBack(isBroken(error));
        throw error;
      } finally {
        signal?.removeEventListener("abort", giveUp);
      }
    },
    async session(work, signal) {
      const { client, giveBack } = await borrow();
      const giveUp = (): void => giveBack(true);
      if (signal.aborted) giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      try {
        signal.throwIfAborted();
        const answer = await work((text, values) => send(client, { text }, values));
        giveBack(false);
        return answer;
      } finally {
        // Whatever was not answered to the end leaves the connection in doubt.
        giveUp();
        signal.removeEventListener("abort", giveUp);
      }
    },
  };
}

/**
 * Whether an error says that its connection is of no more use. One that only reads (25006) leads to
 * what was the primary once: where the address leads now, a new connection tells.
 */
function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || !/^[0-9A-Z]{5}$/.test(code) || /^(?:08|57P|25006)/.test(code);
}

export function isPool(source: KyselyLike | PoolLike): source is PoolLike {
  return "connect" in source;
}

/** @throws TypeError for a transaction */
export function databaseOf(source: KyselyLike | PoolLike, prepare: boolean): Database {
  if (isPool(source)) return poolDatabase(source, prepare);
  if (source.isTransaction) {
    throw new TypeError("the stores cannot work inside a transaction: each call is one of its own");
  }
  return kyselyDatabase(source);
}
