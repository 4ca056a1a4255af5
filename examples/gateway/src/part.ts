import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A process of the system, and how to know that it works. */
export interface PartPlan {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What asks it to end; also sent when this process is killed (default: SIGTERM). */
  readonly endBy?: "TERM" | "INT" | "QUIT";
  /** Whether it does its work now. */
  ready(): Promise<boolean>;
}

export interface Part {
  readonly name: string;
  readonly pid: number | null;
  readonly logFile: string;
  /**
   * Starts it and waits until it works; also after it was killed.
   *
   * @throws Error naming the part, with the end of what it has said, if it ends before that.
   */
  start(): Promise<void>;
  /** Ends it at once, with nothing put in order. */
  kill(): Promise<void>;
  /** Asks it to end, and waits for that. */
  stop(): Promise<void>;
}

const startPatienceMilliseconds = 30_000;
/** Somebody else may listen in its place, and say nothing. */
const askMilliseconds = 2000;
const endPatienceMilliseconds = 10_000;
/** Lines of a log that are shown when a part does not start. */
const tail = 12;

/**
 * @param logs the folder for what the part says
 * @param onEnd told when it ends without having been asked to, once it has worked
 */
export function partOf(plan: PartPlan, logs: string, onEnd: (part: Part) => void): Part {
  const { name, command, environment, endBy = "TERM" } = plan;
  const logFile = join(logs, `${name}.log`);
  let child: ChildProcess | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  let works = false;

  const isRunning = (): boolean =>
    child !== null && child.exitCode === null && child.signalCode === null;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    works = false;
    if (isRunning()) child?.kill(signal);
    await ended;
  };

  const refusal = async (why: string): Promise<Error> => {
    const log = await readFile(logFile, "utf8").catch(() => "");
    const lines = log.trimEnd().split("\n").slice(-tail);
    return new Error([`${name} ${why}`, ...lines.map((line) => `  ${line}`)].join("\n"));
  };

  const part: Part = {
    name,
    get pid() {
      return isRunning() ? (child?.pid ?? null) : null;
    },
    logFile,
    async start() {
      const log = openSync(logFile, "a");
      // It does not outlive this process, however that ends. In a session of its own Ctrl-C does
      // not reach it: parts end one after the other.
      const started = spawn("setpriv", ["--pdeathsig", endBy, ...command], {
        env: { ...inherited(), ...environment },
        stdio: ["ignore", log, log],
        detached: true,
      });
      closeSync(log);
      child = started;
      const failed = new Promise<Error>((resolve) => started.once("error", resolve));
      ended = Promise.race([new Promise((resolve) => started.once("exit", resolve)), failed]);
      const tell = (): void => (works && child === started ? onEnd(part) : undefined);
      void ended.then(tell);
      const deadline = performance.now() + startPatienceMilliseconds;
      while (
        !(await Promise.race([plan.ready().catch(() => false), pause(askMilliseconds, false)]))
      ) {
        if (started.pid === undefined) throw await refusal(`cannot be started: ${await failed}`);
        if (!isRunning()) throw await refusal(`ended before it was ready (${howOf(started)})`);
        if (performance.now() > deadline) throw await refusal("is not ready after 30 s");
        await pause(25);
      }
      // Somebody else may have answered for it.
      if (!isRunning()) throw await refusal(`ended before it was ready (${howOf(started)})`);
      works = true;
    },
    kill: () => end("SIGKILL"),
    async stop() {
      const late = setTimeout(() => child?.kill("SIGKILL"), endPatienceMilliseconds);
      await end(`SIG${endBy}`);
      clearTimeout(late);
    },
  };
  return part;
}

/** Nothing of our own environment configures a part by accident. */
function inherited(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME };
}

function howOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${exitCode}`;
}
