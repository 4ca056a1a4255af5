import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The folder that holds everything. */
export const root: string = fileURLToPath(new URL("../../../../", import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the service, just as `npm start` makes one. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  stdout(): string;
  stderr(): string;
  /** Each line of stdout, parsed; throws where one is no JSON. */
  lines(): readonly Record<string, unknown>[];
}

/** Those that run now. What a failed test left behind ends with its file. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

export type Variables = Readonly<Record<string, string>>;

/** What `npm start` runs, but for npm itself. */
function startCommand(script: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    scripts: Record<string, string>;
  };
  const [exec, node, ...given] = (scripts[script] ?? "").split(" ");
  assert.deepEqual([exec, node], ["exec", "node"], `${script} is one node process`);
  return given;
}

/** The root scripts that start a service: one contract, two frameworks. */
export const startScripts = ["start", "start:express"] as const;

/** Starts the service with these variables and no others; `SCRIPT` names the root script (start). */
export function spawnService({ SCRIPT = "start", ...variables }: Variables): ServiceProcess {
  const { PATH = "" } = process.env;
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const env = { PATH, ...variables };
  const child = spawn(process.execPath, startCommand(SCRIPT), {
    cwd: root,
    env,
    stdio: [...stdio],
  });
  running.add(child);
  const out: string[] = [];
  const err: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => err.push(text));
  const ended = new Promise<Ending>((resolve) => {
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout: out.join(""), stderr: err.join("") });
    });
  });
  return {
    child,
    ended,
    stdout: () => out.join(""),
    stderr: () => err.join(""),
    lines: () => linesOf(out.join("")),
  };
}

export function linesOf(stdout: string): readonly Record<string, unknown>[] {
  const texts = stdout.split("\n").filter((line) => line !== "");
  return texts.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A service that is ready. */
export interface Service extends ServiceProcess {
  readonly url: string;
  readonly internal: string;
  /** Asks it to end, and answers how it did. */
  stop(): Promise<Ending>;
}

/** Starts the service on free ports and waits until it has said this. */
export async function startService(
  variables: Variables,
  sign: "listening" | "ready" = "ready",
): Promise<Service> {
  const [port, internalPort] = await freePorts();
  const ports = { PORT: String(port), INTERNAL_PORT: String(internalPort) };
  const service = spawnService({ ...ports, ...variables });
  const failed = service.ended.then((ending) => {
    throw new Error(`the service ended before it was ready: ${JSON.stringify(ending)}`);
  });
  await Promise.race([hasSaid(service, sign), failed]);
  if (service.child.exitCode !== null) await failed;
  // From here on it ends when asked to.
  failed.catch(() => {});
  return {
    ...service,
    url: `http://127.0.0.1:${port}`,
    internal: `http://127.0.0.1:${internalPort}`,
    stop() {
      service.child.kill("SIGTERM");
      return service.ended;
    },
  };
}

async function hasSaid(service: ServiceProcess, message: string): Promise<void> {
  const said = (): boolean => service.stdout().includes(`"message":"${message}"`);
  while (!said() && service.child.exitCode === null) await pause(10);
}

/** Two neighbours that nobody listens on at the moment. */
export async function freePorts(): Promise<readonly [number, number]> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = await freePort(0);
    if (port !== null && port < 65_535 && (await freePort(port + 1)) !== null) {
      return [port, port + 1];
    }
  }
  throw new Error("no two free ports side by side");
}

function freePort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(wanted, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
