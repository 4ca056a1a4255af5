import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FrontSettings } from "./front.ts";

/** A process that answers requests. */
export interface Front {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startFront(settings: FrontSettings): Promise<Front> {
  const path = fileURLToPath(new URL("front.ts", import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  });
  const exit = once(child, "exit");
  const started: unknown[] | null = await Promise.race([
    once(child, "message"),
    exit.then(() => null),
  ]);
  if (started === null) throw new Error("the front ended before it listened");
  return {
    url: String(started[0]),
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

/** Hundredths of a second that a process has used the processor for so far (proc(5), 14 and 15). */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
