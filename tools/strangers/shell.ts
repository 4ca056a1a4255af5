// Commands as a stranger types them: in a shell, with nothing of ours in the environment.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where somebody works, and with which Node. */
export interface Place {
  readonly folder: string;
  /** Holds the registry's address in its `.npmrc`, and npm's cache. */
  readonly home: string;
  /** The folder of the Node they have. */
  readonly node: string;
}

function environmentOf({ home, node }: Place): Record<string, string> {
  // npm puts this repository's own commands on the path of what it runs.
  const path = (process.env["PATH"] ?? "").split(delimiter);
  const PATH = [node, ...path.filter((folder) => !folder.includes("node_modules"))].join(delimiter);
  return { PATH, HOME: home, npm_config_update_notifier: "false", NO_COLOR: "1" };
}

/** What a command prints. */
export async function shell(place: Place, command: string): Promise<string> {
  const options = {
    cwd: place.folder,
    env: environmentOf(place),
    timeout: 180_000,
    maxBuffer: 2 ** 26,
  };
  return new Promise((resolve, reject) => {
    const child = execFile("sh", ["-ec", command], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}\n${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.end();
  });
}

/** A program that runs until it is ended. */
export interface Running {
  readonly printed: () => string;
  /** Asks again and again until there is an answer; fails when the program ends before. */
  wait<T>(what: string, answer: () => T | undefined): Promise<T>;
  /** Sends SIGTERM to all of it, and answers the status the program ended with. */
  end(): Promise<number | null>;
}

export function start(
  place: Place,
  command: string,
  more: Readonly<Record<string, string>> = {},
): Running {
  // A group of its own: the shell, npm and the program end together.
  const child: ChildProcess = spawn("sh", ["-c", command], {
    cwd: place.folder,
    env: { ...environmentOf(place), ...more },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = once(child, "close");
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  }
  return {
    printed: () => printed,
    async wait(what, answer) {
      const patience = performance.now() + 30_000;
      for (;;) {
        const found = answer();
        if (found !== undefined) return found;
        const over = child.exitCode !== null || performance.now() > patience;
        if (over) throw new Error(`waited in vain for ${what}:\n${printed}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async end() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      const [status] = (await ended) as [number | null];
      return status;
    },
  };
}

/** The Nodes a stranger may have, by their major version. */
export function nodes(): ReadonlyMap<string, string> {
  const modules = join(import.meta.dirname, "node_modules");
  const found = ["20", "22", "24", "26"].map((major): [string, string] => [
    major,
    join(modules, `node-${major}`, "bin"),
  ]);
  const installed = found.filter(([, folder]) => existsSync(join(folder, "node")));
  // Their binaries are for one kind of machine; elsewhere it is the Node that runs this.
  if (installed.length > 0) return new Map(installed);
  const own = process.versions.node.split(".", 1)[0] ?? "";
  return new Map([[own, join(process.execPath, "..")]]);
}
