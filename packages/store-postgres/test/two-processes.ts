import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Stores } from "@latchkey/core/ports";

/** A call as it goes to the other process, and its answer as it comes back. */
export interface RemoteCall {
  readonly number: number;
  readonly path: readonly string[];
  readonly values: readonly unknown[];
}

export interface RemoteAnswer {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Stores whose every call is made by another process, and the end of that process. */
export interface RemoteStores {
  readonly stores: Stores;
  end(): Promise<void>;
}

/** Starts a process with stores of its own on a database. */
export async function remoteStores(url: string): Promise<RemoteStores> {
  const child = fork(fileURLToPath(new URL("other-process.ts", import.meta.url)), [url], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
    // Dates stay dates on the way.
    serialization: "advanced",
  });
  const waiting = new Map<number, (answer: RemoteAnswer) => void>();
  let calls = 0;
  child.on("message", (answer: RemoteAnswer) => {
    waiting.get(answer.number)?.(answer);
    waiting.delete(answer.number);
  });

  const call = (path: readonly string[], values: readonly unknown[]): Promise<unknown> => {
    calls += 1;
    const message: RemoteCall = { number: calls, path, values };
    return new Promise((resolve, reject) => {
      waiting.set(message.number, ({ value, error }) => {
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      child.send(message);
    });
  };
  const at = (path: readonly string[]): object =>
    new Proxy(() => undefined, {
      get: (_target, name) => (name === "then" ? undefined : at([...path, String(name)])),
      apply: (_target, _self, values: readonly unknown[]) => call(path, values),
    });
  await once(child, "message");
  return {
    // Whatever is named on the way to a call is a name of the stores.
    stores: at([]) as Stores,
    async end() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
