// A Redis server to run the tests on, wherever one can be found; no npm package ships one.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { apt, libraryPath, unpacked } from "./debian-packages.ts";

export interface RedisBinary {
  readonly path: string;
  /** What it has to be started with, to find its libraries. */
  readonly environment: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const names = ["redis-server", "valkey-server"];

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
  const root = await unpacked({
    name: "redis",
    title: "a Redis server",
    packages: packagesNeeded,
    works: async (folder) => works(await binaryIn(folder)),
    cure: "install one: `apt-get install redis-server`, or `brew install redis`",
  });
  return binaryIn(root);
}

async function binaryIn(root: string): Promise<RedisBinary> {
  return {
    path: join(root, "usr/bin/redis-server"),
    environment: { LD_LIBRARY_PATH: await libraryPath(root) },
  };
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

/** The server, and the libraries it names itself; theirs are part of every Debian. */
async function packagesNeeded(): Promise<readonly string[]> {
  const servers = ["redis-server", "redis-tools"];
  const depends = await apt("apt-cache", "depends", ...servers);
  const libraries = [...depends.matchAll(/^ +Depends: (lib(?!c6)\S+)$/gm)].map(([, name]) => name);
  return [...new Set([...servers, ...libraries.filter((name) => name !== undefined)])];
}
