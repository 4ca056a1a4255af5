import type { RedisStores } from "@latchkey/store-redis";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a process asks of its peer. */
export interface Call {
  readonly number: number;
  readonly part: keyof RedisStores;
  readonly method: string;
  readonly values: readonly unknown[];
}

export interface Reply {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface Peer {
  /** One of the stores of the other process. Watching is done in this one. */
  of<Name extends keyof RedisStores>(part: Name, here: RedisStores[Name]): RedisStores[Name];
  end(): void;
}

/** A second process, connected to the same Redis. */
export async function startPeer(address: string, prefix: string): Promise<Peer> {
  const waiting = new Map<number, (reply: Reply) => void>();
  const ready = new Promise<Reply>((resolve) => waiting.set(0, resolve));
  const peer = fork(fileURLToPath(new URL("peer.ts", import.meta.url)), [address, prefix], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
    // Keeps dates and undefined as they are.
    serialization: "advanced",
  });
  peer.on("message", (message) => {
    const reply = message as Reply;
    waiting.get(reply.number)?.(reply);
    waiting.delete(reply.number);
  });
  await ready;

  let calls = 0;
  const ask = async (part: keyof RedisStores, method: string, values: readonly unknown[]) => {
    calls += 1;
    const number = calls;
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(number, resolve);
      peer.send({ number, part, method, values } satisfies Call);
    });
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value;
  };

  return {
    of(part, here) {
      const methods = Object.keys(here).filter((method) => method !== "watch");
      const there = methods.map((method) => [
        method,
        (...values: unknown[]) => ask(part, method, values),
      ]);
      return { ...here, ...(Object.fromEntries(there) as typeof here) };
    },
    end: () => peer.disconnect(),
  };
}
