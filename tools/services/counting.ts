// A proxy that understands what is said to Postgres or Redis, and writes down each message.
import { startProxy, type Proxy, type ProxyTarget } from "./proxy.ts";

/** One message of a client. */
export interface Message {
  /** What kind it is, with the text of a statement or the name of a command. */
  readonly kind: string;
  readonly bytes: number;
}

export interface CountingProxy {
  readonly proxy: Proxy;
  /** Everything said since the last `forget`, over all connections, in order. */
  readonly messages: readonly Message[];
  forget(): void;
}

/** Takes one message off the front of what has arrived, if it is there as a whole. */
type Cut = (arrived: Buffer, isFirst: boolean) => Message | null;

export async function startCounting(
  target: ProxyTarget,
  protocol: "postgres" | "redis",
): Promise<CountingProxy> {
  const cut: Cut = protocol === "postgres" ? cutPostgres : cutRedis;
  const messages: Message[] = [];
  const hearing = () => {
    let arrived = Buffer.alloc(0);
    let isFirst = true;
    return (chunk: Buffer): void => {
      arrived = Buffer.concat([arrived, chunk]);
      for (let next = cut(arrived, isFirst); next !== null; next = cut(arrived, isFirst)) {
        messages.push(next);
        arrived = arrived.subarray(next.bytes);
        isFirst = false;
      }
    };
  };
  const proxy = await startProxy(target, 0, { hearing });
  return {
    proxy,
    messages,
    forget() {
      messages.length = 0;
    },
  };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function cutPostgres(arrived: Buffer, isFirst: boolean): Message | null {
  const head = isFirst ? 0 : 1;
  if (arrived.length < head + 4) return null;
  const bytes = head + arrived.readUInt32BE(head);
  if (arrived.length < bytes) return null;
  if (isFirst) return { kind: "startup", bytes };
  const type = arrived.toString("latin1", 0, 1);
  const words = arrived.toString("utf8", 5, bytes).split("\0");
  if (type === "P") return { kind: `P ${words[0]} ${words[1]}`, bytes };
  // Of what is bound only the statement's name, which says which it is.
  if (type === "B") return { kind: `B ${words[1]}`, bytes };
  return { kind: type === "Q" ? `Q ${words[0]}` : type, bytes };
}

/** Clients send arrays of strings: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function cutRedis(arrived: Buffer): Message | null {
  const words: string[] = [];
  const head = arrived.indexOf("\r\n");
  if (head === -1) return null;
  const count = Number(arrived.toString("latin1", 1, head));
  let at = head + 2;
  for (let word = 0; word < count; word += 1) {
    const end = arrived.indexOf("\r\n", at);
    if (end === -1) return null;
    const from = end + 2;
    const to = from + Number(arrived.toString("latin1", at + 1, end));
    if (arrived.length < to + 2) return null;
    words.push(arrived.toString("latin1", from, to));
    at = to + 2;
  }
  const [command = "", script = ""] = words;
  const name = command.toUpperCase();
  const which = name === "EVALSHA" ? `${name} ${script}` : name;
  return { kind: `${which} of ${count} words`, bytes: at };
}
