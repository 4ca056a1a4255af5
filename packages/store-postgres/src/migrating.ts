import { untilAborted } from "./asking.ts";
import { databaseOf, type KyselyLike, type PoolLike, type Run } from "./database.ts";
import { storeUnavailable } from "./faults.ts";

/** How long may be waited. */
export interface Patience {
  readonly deadlineSeconds?: number | undefined;
  readonly patienceSeconds?: number | undefined;
}

/** Two ways to send a statement. */
export interface Transaction {
  /** What is answered at once. */
  readonly run: Run;
  /** What may wait for another process, or has much to do. */
  readonly runLong: Run;
}

/**
 * All or nothing, and in time. Faults of the database become `store_unavailable`, refusals of ours
 * stay.
 */
export async function inTransaction<Answer>(
  source: KyselyLike | PoolLike,
  schema: string,
  { deadlineSeconds = 10, patienceSeconds = 300 }: Patience,
  work: (transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  if (!(deadlineSeconds > 0)) throw new TypeError("deadlineSeconds: more than zero");
  if (!(patienceSeconds > 0)) throw new TypeError("patienceSeconds: more than zero");
  const database = databaseOf(source, false);
  const watch = watchdog();
  let isConnected = false;
  const session = database.session(async (send) => {
    isConnected = true;
    const runWithin =
      (seconds: number): Run =>
      async (text, values) => {
        watch.allow(seconds);
        try {
          return await send(text, values);
        } catch (error) {
          throw storeUnavailable(error, schema);
        }
      };
    const run = runWithin(deadlineSeconds);
    await run("BEGIN", []);
    try {
      // The server gives up by itself, whatever the connection's own settings are; only then do we.
      const milliseconds = Math.ceil(patienceSeconds * 1000);
      await run(`SET LOCAL statement_timeout = ${milliseconds + 1000}`, []);
      await run(`SET LOCAL lock_timeout = ${milliseconds}`, []);
      const runLong = runWithin(patienceSeconds + 1 + deadlineSeconds);
      const answer = await work({ run, runLong });
      await run("COMMIT", []);
      return answer;
    } catch (error) {
      await run("ROLLBACK", []).catch(() => undefined);
      throw error;
    }
  }, watch.signal);
  try {
    watch.allow(deadlineSeconds);
    return await untilAborted(session, watch.signal);
  } catch (error) {
    const isOurs = isConnected && !watch.signal.aborted;
    throw isOurs ? error : storeUnavailable(error, schema);
  } finally {
    watch.stop();
  }
}

interface Watchdog {
  readonly signal: AbortSignal;
  /** From now on so many seconds may pass. */
  allow(seconds: number): void;
  stop(): void;
}

function watchdog(): Watchdog {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  return {
    signal: controller.signal,
    allow(seconds) {
      clearTimeout(timer);
      // What was given up may still go on for a moment.
      if (isStopped) return;
      const says = `Postgres did not answer within ${seconds} s: check its address, load and network`;
      timer = setTimeout(() => controller.abort(new Error(says)), seconds * 1000);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
