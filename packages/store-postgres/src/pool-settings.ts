const verifyMillis = 1000;

/** What is used of a connection that is new. */
interface NewConnection {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
  on(event: "error", listener: () => void): unknown;
}

/**
 * Settings of a `pg` pool that keep the stores' promises when the database is in trouble: spread
 * them into its options. Nobody waits long for a connection, no statement outlives its caller by
 * more than a moment, connections are replaced before a dead one can be in the way for long, and
 * none to a replica is used: what it reads may be old.
 */
export const poolSettings = {
  /** Milliseconds until a connection that is not to be had is an error. */
  connectionTimeoutMillis: 1000,
  /** Milliseconds until Postgres stops a statement by itself. */
  statement_timeout: 1500,
  /** Milliseconds after which a transaction that was left open is ended. */
  idle_in_transaction_session_timeout: 5000,
  /** Seconds after which a connection that is given back is replaced. */
  maxLifetimeSeconds: 300,
  keepAlive: true,
  /** A new connection to a server that only reads is closed, and whoever waits for it is told. */
  verify(client: NewConnection, done: (error?: Error) => void): void {
    // Nobody else listens yet, and Node makes an exception of it.
    client.on("error", () => undefined);
    const late = setTimeout(() => {
      end(new Error("timeout exceeded when trying to connect"));
    }, verifyMillis);
    let isEnded = false;
    const end = (error?: Error): void => {
      clearTimeout(late);
      if (!isEnded) done(error);
      isEnded = true;
    };
    client
      .query("SHOW transaction_read_only")
      .then(({ rows }) => end(JSON.stringify(rows).includes('"on"') ? readOnly() : undefined), end);
  },
} as const;

/** What Postgres itself says of a write there. */
function readOnly(): Error {
  return Object.assign(new Error("this Postgres only reads"), { code: "25006" });
}

/**
 * Keeps a lost connection from ending the process: `pg` tells of it by an event on the pool or on
 * the connection that is lent, which Node makes an exception where nobody listens. Whoever asks for
 * something next is told by an error all the same. Stores that are given a pool see to this.
 */
export function guardPool<
  Pool extends {
    on(event: "error" | "connect", listener: (...details: never[]) => void): unknown;
  },
>(pool: Pool): Pool {
  pool.on("error", () => undefined);
  pool.on("connect", (client: { on(event: "error", listener: () => void): unknown }) => {
    client.on("error", () => undefined);
  });
  return pool;
}
