import type { PoolClientLike, PoolLike } from "./database.ts";

/**
 * How notifications of a channel are heard: resolves when listening, or when that has failed and is
 * being tried again, and goes on until `signal` aborts.
 *
 * `onNotify` is given each payload, and null whenever some may have been missed.
 */
export type Listen = (
  channel: string,
  onNotify: (payload: string | null) => void,
  signal: AbortSignal,
) => Promise<void>;

interface Notification {
  readonly channel: string;
  readonly payload?: string;
}

const heartbeatMs = 2000;
const reconnectMs = 1000;
const patienceMs = 1500;

/** Listens on connections of their own, taken from a pool and replaced when they are lost. */
export function listeningOn(pool: PoolLike): Listen {
  return (channel, onNotify, signal) => {
    const keepListening = async (begin: () => void): Promise<void> => {
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        try {
          await listenOnce(pool, channel, onNotify, signal, () => {
            if (!isFirst) onNotify(null);
            begin();
          });
        } catch {
          // The database is away. Whoever asks it for something says so; here it is tried again.
        }
        if (signal.aborted) return;
        onNotify(null);
        begin();
        await passed(reconnectMs, signal);
      }
    };
    const begun = new Promise<void>((resolve) => void keepListening(resolve));
    return Promise.race([begun, passed(patienceMs, signal)]);
  };
}

/** Listens until the connection is lost or the signal aborts. */
async function listenOnce(
  pool: PoolLike,
  channel: string,
  onNotify: (payload: string) => void,
  signal: AbortSignal,
  begin: () => void,
): Promise<void> {
  const client = await pool.connect();
  try {
    const lost = new Promise<void>((resolve) => {
      client.on("error", () => resolve());
      client.on("end", resolve);
    });
    client.on("notification", (message: Notification) => {
      if (message.channel === channel) onNotify(message.payload ?? "");
    });
    if (signal.aborted) return;
    await client.query({ text: `LISTEN "${channel}"`, values: [] });
    begin();
    await Promise.race([lost, silence(client, signal)]);
  } finally {
    // Not given back: it would go on listening for whoever is lent it next.
    client.release(true);
  }
}

/** Resolves when the connection answers no more: a peer that vanished says nothing by itself. */
async function silence(client: PoolClientLike, signal: AbortSignal): Promise<void> {
  for (;;) {
    await passed(heartbeatMs, signal);
    if (signal.aborted) return;
    const beat = client.query({ text: "SELECT 1", values: [] }).then(
      () => true,
      () => false,
    );
    const isAlive = await Promise.race([beat, passed(heartbeatMs, signal).then(() => false)]);
    if (!isAlive) return;
  }
}

/** After a while, or at once when the signal aborts; keeps no process alive. */
function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    timer.unref();
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}
