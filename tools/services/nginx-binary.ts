// An nginx for the gateway, wherever one can be found; no npm package ships one.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { apt, libraryPath, unpacked } from "./debian-packages.ts";

export interface NginxBinary {
  readonly path: string;
  /** What it has to be started with, to find its libraries. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder that holds it and its libraries; null where it belongs to the machine. */
  readonly root: string | null;
}

const run = promisify(execFile);
const inPackage = "usr/sbin/nginx";

let search: Promise<NginxBinary> | undefined;

/**
 * An nginx on PATH or in /usr/sbin, else one in the cache folder, else one that is downloaded into it
 * from Debian's packages (nothing is installed).
 */
export function findNginx(): Promise<NginxBinary> {
  search ??= find();
  return search;
}

/** The same binary in a copy of its folder. */
export function nginxIn(root: string): Promise<NginxBinary> {
  return libraryPath(root).then((libraries) => ({
    path: join(root, inPackage),
    environment: { LD_LIBRARY_PATH: libraries },
    root,
  }));
}

async function find(): Promise<NginxBinary> {
  // Only root's PATH names it.
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  for (const folder of folders) {
    const binary = { path: join(folder, "nginx"), environment: {}, root: null };
    if (await works(binary)) return binary;
  }
  const root = await unpacked({
    name: "nginx",
    title: "an nginx",
    packages: packagesNeeded,
    works: async (folder) => works(await nginxIn(folder)),
    cure: "install one: `apt-get install nginx`",
  });
  return nginxIn(root);
}

/** Runs, and can do what the gateway asks of it. */
async function works({ path, environment }: NginxBinary): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    const { stderr } = await run(path, ["-V"], { env: { ...process.env, ...environment } });
    const needed = ["http_ssl_module", "http_auth_request_module", "http_v2_module"];
    return needed.every((name) => stderr.includes(`--with-${name}`));
  } catch {
    return false;
  }
}

/** The server, and the libraries it names itself; theirs are part of every Debian. */
async function packagesNeeded(): Promise<readonly string[]> {
  const depends = await apt("apt-cache", "depends", "nginx");
  const libraries = [...depends.matchAll(/^ +Depends: ((?:lib(?!c6)|zlib)\S+)$/gm)];
  return ["nginx", ...libraries.flatMap(([, name]) => name ?? [])];
}
