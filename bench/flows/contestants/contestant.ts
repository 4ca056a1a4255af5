import type { Flow, Request } from "../messages.ts";

/** Where a contestant keeps what it keeps: a database and a Redis of its own. */
export interface Places {
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

/** One that answers. */
export interface Contestant {
  readonly port: number;
  /** Requests that will succeed, each of somebody prepared for it. */
  requests(flow: Flow, count: number): Promise<readonly Request[]>;
}

/** Who signs in everywhere, `person_1` and so on. */
export const people = 200;
export const password = "correct horse battery staple";

/** The parameters everybody hashes passwords by: the library's defaults. */
export const argon2 = { memoryKiB: 47_104, passes: 1, lanes: 1 } as const;

export const note = { note: "1" };

/** The headers that any client sends; the address is another one each time, as it is on the net. */
export function headersOf(index: number, more: Readonly<Record<string, string>> = {}) {
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return { "user-agent": "bench", accept: "*/*", "x-forwarded-for": address, ...more };
}

let sent = 0;

/** A request with a JSON body, from an address that was not used before. */
export function post(path: string, body: object): Request {
  sent += 1;
  const headers = headersOf(sent, { "content-type": "application/json" });
  return { method: "POST", path, headers, body: JSON.stringify(body) };
}

export function times<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** As {@link times}, a few hundred at once. */
export async function eachOf<Item>(
  count: number,
  make: (index: number) => Promise<Item>,
): Promise<Item[]> {
  const made: Item[] = [];
  while (made.length < count) {
    const first = made.length;
    made.push(...(await Promise.all(times(Math.min(200, count - first), (n) => make(first + n)))));
  }
  return made;
}

let strangers = 0;

/** Somebody who registers, never the same. */
export function aStranger() {
  strangers += 1;
  const tag = `s${process.pid}_${strangers}`;
  return { tag, email: `${tag}@example.org`, password, firstName: "Ada", lastName: "Lovelace" };
}

export const nowhere: Contestant["requests"] = () => {
  throw new Error("this contestant does not know that flow");
};
