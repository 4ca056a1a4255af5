import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePorts, until } from "latchkey-local-services/server-process";
import { afterAll, describe, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<readonly unknown[]>;
  said(): string;
  /** Those that its tour names. */
  processes(): readonly number[];
}

/** What `npm run example:gateway` runs, but for npm itself. */
function start(httpsPort: number, httpPort: number): Running {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    scripts: Record<string, string>;
  };
  const [, , ...given] = (scripts["example:gateway"] ?? "").split(" ");
  const { PATH = "", HOME = "" } = process.env;
  const ports = { HTTPS_PORT: `${httpsPort}`, HTTP_PORT: `${httpPort}` };
  const env = { PATH, HOME, ...ports };
  const child = spawn(process.execPath, given, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  }
  const ended = once(child, "close");
  return {
    child,
    ended,
    said: () => text,
    processes: () => [...(/^processes +(.+)$/m.exec(text)?.[1] ?? "").matchAll(/\d+/g)].map(Number),
  };
}

const isTold = (system: Running) => (): Promise<boolean> => {
  assert.equal(system.child.exitCode, null, system.said());
  return Promise.resolve(system.said().includes("Ctrl-C ends all of it."));
};

/** Nothing that was running runs, and nothing that was written is there. */
async function assertNothingLeft(system: Running, pids: readonly number[]): Promise<void> {
  assert.equal(pids.length, 7);
  const folder = /(\/\S+\/latchkey-gateway-\w+)\//.exec(system.said())?.[1];
  assert.ok(folder !== undefined);
  await until("every process to be gone", async () => !pids.some(isAlive));
  await until("the folder to be gone", async () => !existsSync(folder));
}

function isAlive(pid: number): boolean {
  // What has ended and was not waited for, where nobody waits for orphans, still has a pid.
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return state !== "" && !/\) [ZX] /.test(state);
}

/** With the workers that they have made. */
async function withChildren(pids: readonly number[]): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid = 0, parent = 0]) => (pids.includes(parent) ? [pid] : []));
}

describe("npm run example:gateway", () => {
  it("prints a tour that bash can take, and ends on Ctrl-C with nothing left", async () => {
    const [httpsPort = 0, httpPort = 0] = await freePorts(2);
    const system = start(httpsPort, httpPort);
    await until("the tour", isTold(system), 40_000);
    const tour = /^(GATEWAY=[\s\S]*?)^Kill any/m.exec(system.said())?.[1] ?? "";
    const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
    const script = ["--norc", "-euo", "pipefail", "-c", tour];
    const { stdout, stderr } = await promisify(execFile)("bash", script, { env });
    assert.equal(stderr, "");
    assert.deepEqual(stdout.trimEnd().split("\n"), [
      "Your email address is confirmed. You can sign in now.",
      "x-user-id,x-user-tag,x-session-id",
      "unauthenticated",
      "not_found",
      "You are signed out.",
      "invalid_token",
    ]);
    const pids = system.processes();
    const workers = await withChildren(pids);
    assert.ok(workers.length > 4, "nginx and Postgres have processes of their own");
    system.child.kill("SIGINT");
    assert.deepEqual(await system.ended, [0, null]);
    await assertNothingLeft(system, pids);
    assert.ok(!workers.some(isAlive));
  });

  it("ends on SIGTERM while it is still starting too", async () => {
    const [httpsPort = 0, httpPort = 0] = await freePorts(2);
    const system = start(httpsPort, httpPort);
    await until("its first line", async () => system.said().includes("starting"));
    system.child.kill("SIGTERM");
    assert.deepEqual(await system.ended, [0, null]);
    assert.ok(!system.said().includes("A tour"), system.said());
  });

  it("leaves nothing when it is killed itself", async () => {
    const [httpsPort = 0, httpPort = 0] = await freePorts(2);
    const system = start(httpsPort, httpPort);
    await until("the tour", isTold(system), 40_000);
    const pids = system.processes();
    const workers = await withChildren(pids);
    system.child.kill("SIGKILL");
    await system.ended;
    await assertNothingLeft(system, pids);
    await until("every worker to be gone", async () => !workers.some(isAlive));
    assert.ok(!system.said().includes("stopping"));
  });

  it("says which part does not start, and why, and ends the others", async () => {
    const [httpsPort = 0, httpPort = 0] = await freePorts(2);
    const taken = createServer().listen(httpsPort, "127.0.0.1");
    await once(taken, "listening");
    const system = start(httpsPort, httpPort);
    assert.deepEqual(await system.ended, [1, null]);
    taken.close();
    assert.match(system.said(), /^gateway: nginx ended before it was ready \(exit code 1\)$/m);
    assert.ok(!system.said().includes("A tour"), system.said());
    assert.match(system.said(), /bind\(\) to 127\.0\.0\.1:\d+ failed \(98: /);
  });
});
