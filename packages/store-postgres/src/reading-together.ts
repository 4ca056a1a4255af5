// The real one, whatever clock a test has put in the place of the global one.
import { setImmediate } from "node:timers";

/** More than that at once go in several statements. */
const most = 200;

/** What was found, by key; what is absent was not there. */
export type Found<Value> = Readonly<Record<string, Value>>;

interface Waiting<Value> {
  readonly key: string;
  readonly resolve: (value: Value | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads by keys, where those asked for in one turn of the event loop are read by one statement: a
 * busy process hears of many requests in a turn. The statement is sent after the last of them asked,
 * so that each sees at least what was committed when it did.
 */
export function readingTogether<Value>(
  read: (keys: readonly string[]) => Promise<Found<Value>>,
): (key: string) => Promise<Value | null> {
  let waiting: Waiting<Value>[] = [];

  const send = async (asked: readonly Waiting<Value>[]): Promise<void> => {
    try {
      const found = await read([...new Set(asked.map(({ key }) => key))]);
      for (const { key, resolve } of asked) {
        resolve(Object.hasOwn(found, key) ? (found[key] ?? null) : null);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  const sendAll = (): void => {
    const all = waiting;
    waiting = [];
    for (let first = 0; first < all.length; first += most) {
      void send(all.slice(first, first + most));
    }
  };

  return (key) =>
    new Promise((resolve, reject) => {
      // After all that this turn has read from sockets.
      if (waiting.length === 0) setImmediate(sendAll);
      waiting.push({ key, resolve, reject });
    });
}
