// kcat, out of whose library comes the Kafka broker of the tests; no npm package ships one.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { apt, libraryPath, unpacked } from "./debian-packages.ts";

export interface KcatBinary {
  readonly path: string;
  /** What it has to be started with, to find its libraries. */
  readonly environment: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const names = ["kcat", "kafkacat"];

let search: Promise<KcatBinary> | undefined;

/**
 * kcat on PATH, else in the cache folder, else downloaded into it from Debian's packages (nothing
 * is installed).
 */
export function findKcat(): Promise<KcatBinary> {
  search ??= find();
  return search;
}

async function find(): Promise<KcatBinary> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const binary = { path: join(folder, name), environment: {} };
      if (await works(binary)) return binary;
    }
  }
  const root = await unpacked({
    name: "kcat",
    title: "kcat, for its in-memory Kafka broker,",
    packages: packagesNeeded,
    works: async (folder) => works(await binaryIn(folder)),
    cure: "install it: `apt-get install kcat`, or `brew install kcat`",
  });
  return binaryIn(root);
}

async function binaryIn(root: string): Promise<KcatBinary> {
  return {
    path: join(root, "usr/bin/kcat"),
    environment: { LD_LIBRARY_PATH: await libraryPath(root) },
  };
}

async function works({ path, environment }: KcatBinary): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    await run(path, ["-V"], { env: { ...process.env, ...environment } });
    return true;
  } catch {
    return false;
  }
}

/** kcat, its libraries, and theirs. */
async function packagesNeeded(): Promise<readonly string[]> {
  const direct = await librariesOf("kcat");
  const theirs = await librariesOf(...direct);
  return [...new Set(["kcat", ...direct, ...theirs])];
}

/** Without those that are part of every Debian. */
async function librariesOf(...packages: readonly string[]): Promise<readonly string[]> {
  if (packages.length === 0) return [];
  const depends = await apt("apt-cache", "depends", ...packages);
  const found = [...depends.matchAll(/^ +Depends: (lib(?!c6)\S+)$/gm)].map(([, name]) => name);
  return found.filter((name) => name !== undefined);
}
