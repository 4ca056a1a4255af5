import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The endpoints in another process. */
export interface OtherProcess {
  readonly url: string;
  end(): Promise<void>;
}

export async function otherProcess(postgresUrl: string, secret: string): Promise<OtherProcess> {
  const path = fileURLToPath(new URL("other-process.ts", import.meta.url));
  const child = fork(path, [postgresUrl, secret], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  });
  const [port] = (await once(child, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}`,
    async end() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
