import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server of the tests' own, in a temporary folder that goes with it. */
export interface ServerProcess {
  /** Of the server itself, to be stopped and continued by signals. */
  readonly pid: number;
  /** False once it has ended, whatever the reason. */
  readonly running: boolean;
  /** What it has written so far. */
  log(): Promise<string>;
  end(): Promise<void>;
}

// The shell waits for its input to end, which happens whichever way the tests end; then it ends the
// server and removes the folder. Should the shell itself be killed, the server dies with it.
const supervisor = `
cd "$FOLDER"
setpriv --pdeathsig KILL "$@" </dev/null >log 2>&1 &
server=$!
echo $server
cat >/dev/null
kill -KILL $server 2>/dev/null
wait $server 2>/dev/null
rm -rf "$FOLDER"
`;

export async function startProcess(
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), `latchkey-${name}-`));
  const shell = spawn("sh", ["-c", supervisor, "sh", ...command], {
    env: { ...process.env, ...environment, FOLDER: folder },
    stdio: ["pipe", "pipe", "ignore"],
    // A session of its own: Ctrl-C reaches the tests, and they end the server.
    detached: true,
  });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  return {
    pid,
    get running() {
      return shell.exitCode === null && isRunning(pid);
    },
    log: () => readFile(join(folder, "log"), "utf8").catch(() => ""),
    async end() {
      if (shell.exitCode !== null || shell.signalCode !== null) return;
      const ended = once(shell, "exit");
      shell.stdin.end();
      await ended;
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ports that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => once(probe.close(), "close")));
  return ports;
}

/** Asks again and again, until the answer is true or patience is at its end. */
export async function until(
  what: string,
  question: () => Promise<boolean>,
  patienceMs: number = 15_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await question())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
