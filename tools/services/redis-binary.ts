// A Redis server to run the tests on, wherever one can be found; no npm package ships one.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export interface RedisBinary {
  readonly path: string;
  /** What it has to be started with, to find its libraries. */
  readonly environment: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const names = ["redis-server", "valkey-server"];
const cure = "install one: `apt-get install redis-server`, or `brew install redis`";

let search: Promise<RedisBinary> | undefined;

/**
 * A server on PATH, else one in the cache folder, else one that is downloaded into it from Debian's
 * packages (nothing is installed).
 */
export function findRedis(): Promise<RedisBinary> {
  search ??= find();
  return search;
}

async function find(): Promise<RedisBinary> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const binary = { path: join(folder, name), environment: {} };
      if (await works(binary)) return binary;
    }
  }
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "latchkey-tests");
  const cached = binaryIn(join(cache, "redis"), await librariesIn(join(cache, "redis")));
  if (await works(cached)) return cached;
  try {
    await download(cache);
  } catch (cause) {
    throw new Error(`the tests need a Redis server and could not download one; ${cure}`, { cause });
  }
  const fresh = binaryIn(join(cache, "redis"), await librariesIn(join(cache, "redis")));
  if (await works(fresh)) return fresh;
  throw new Error(`the tests need a Redis server and the downloaded one does not run; ${cure}`);
}

function binaryIn(root: string, libraries: readonly string[]): RedisBinary {
  return {
    path: join(root, "usr/bin/redis-server"),
    environment: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  };
}

/** Debian keeps libraries below a folder named for the machine's architecture. */
async function librariesIn(root: string): Promise<readonly string[]> {
  const folders = ["usr/lib", "lib"].map((folder) => join(root, folder));
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder).catch(() => []);
      return entries.filter((entry) => entry.includes("linux")).map((entry) => join(folder, entry));
    }),
  );
  return found.flat();
}

async function works({ path, environment }: RedisBinary): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    await run(path, ["--version"], { env: { ...process.env, ...environment } });
    return true;
  } catch {
    return false;
  }
}

async function download(cache: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  // Moved into place in one step: two runs may download at once.
  const folder = await mkdtemp(join(cache, "download-"));
  try {
    const packages = await packagesNeeded();
    await run("apt-get", ["download", ...packages], { cwd: folder }).catch(async () => {
      // The lists may be missing, or name versions that are gone.
      await run("apt-get", ["update"]);
      await run("apt-get", ["download", ...(await packagesNeeded())], { cwd: folder });
    });
    for (const file of await readdir(folder)) {
      if (file.endsWith(".deb")) await run("dpkg", ["-x", file, "root"], { cwd: folder });
    }
    // Fails where the other was faster, and then there is one; a broken one had better be replaced.
    await rename(join(folder, "root"), join(cache, "redis")).catch(async (error: unknown) => {
      if (await works(binaryIn(join(cache, "redis"), await librariesIn(join(cache, "redis")))))
        return;
      await rm(join(cache, "redis"), { recursive: true, force: true });
      await rename(join(folder, "root"), join(cache, "redis")).catch(() => {
        throw error;
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The server, and the libraries it names itself; theirs are part of every Debian. */
async function packagesNeeded(): Promise<readonly string[]> {
  const servers = ["redis-server", "redis-tools"];
  const { stdout } = await run("apt-cache", ["depends", ...servers]).catch(() => ({ stdout: "" }));
  const libraries = [...stdout.matchAll(/^ +Depends: (lib(?!c6)\S+)$/gm)].map(([, name]) => name);
  return [...new Set([...servers, ...libraries.filter((name) => name !== undefined)])];
}
