import type { PoolLike } from "../src/database.ts";

/** A pool, and the statements sent over it so far. */
export interface CountingPool extends PoolLike {
  readonly sent: readonly string[];
  /** SQLSTATEs that the database answered with. */
  readonly refusals: readonly string[];
  forget(): void;
}

/** The same pool, with a record of what is sent. */
export function countingPool(pool: PoolLike): CountingPool {
  const sent: string[] = [];
  const refusals: string[] = [];
  return {
    sent,
    refusals,
    forget() {
      sent.length = 0;
      refusals.length = 0;
    },
    async connect() {
      const client = await pool.connect();
      return {
        async query(statement) {
          sent.push(statement.text);
          try {
            return await client.query(statement);
          } catch (error) {
            refusals.push(String((error as { readonly code?: unknown }).code));
            throw error;
          }
        },
        release: (destroy) => client.release(destroy),
        on: (event, listener) => client.on(event, listener),
        off: (event, listener) => client.off(event, listener),
      };
    },
  };
}
