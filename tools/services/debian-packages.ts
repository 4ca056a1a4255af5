// Programs that no npm package ships, out of Debian's packages: unpacked into a cache folder, and
// nothing installed.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** A package list is long. */
const maxBuffer = 64 * 1024 * 1024;

export interface Wanted {
  /** Of the folder in the cache. */
  readonly name: string;
  /** What else the tests call it. */
  readonly title: string;
  /** The packages to unpack, by the lists that are there. */
  readonly packages: () => Promise<readonly string[]>;
  /** Whether what is unpacked there runs. */
  readonly works: (root: string) => Promise<boolean>;
  /** What somebody can do where none can be downloaded. */
  readonly cure: string;
}

/** The folder that holds what is wanted, downloaded unless an earlier run did. */
export async function unpacked(wanted: Wanted): Promise<string> {
  const { name, title, works, cure } = wanted;
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "latchkey-tests");
  const root = join(cache, name);
  if (await works(root)) return root;
  try {
    await download(wanted, cache, root);
  } catch (cause) {
    throw new Error(`the tests need ${title} and could not download one; ${cure}`, { cause });
  }
  if (await works(root)) return root;
  throw new Error(`the tests need ${title} and the downloaded one does not run; ${cure}`);
}

/** Debian keeps libraries below a folder named for the machine's architecture, or deeper. */
export async function libraryPath(root: string): Promise<string> {
  const parents = ["usr/lib", "lib"].map((folder) => join(root, folder));
  const found = await Promise.all(
    parents.map(async (parent) => {
      const entries = await readdir(parent).catch(() => []);
      const machine = entries.filter((entry) => entry.includes("linux"));
      // PulseAudio's and NSS's own, that their packages find by an absolute path.
      return machine.flatMap((entry) =>
        ["", "pulseaudio", "nss"].map((folder) => join(parent, entry, folder)),
      );
    }),
  );
  return found.flat().join(delimiter);
}

/** What a command of apt says; nothing where it fails. */
export async function apt(command: string, ...values: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: "C" };
  return run(command, values, { env, maxBuffer }).then(
    ({ stdout }) => stdout,
    () => "",
  );
}

async function download({ packages, works }: Wanted, cache: string, root: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  // Moved into place in one step: two runs may download at once.
  const folder = await mkdtemp(join(cache, "download-"));
  try {
    await run("apt-get", ["download", ...(await packages())], { cwd: folder, maxBuffer }).catch(
      async () => {
        // The lists may be missing, or name versions that are gone.
        await run("apt-get", ["update"], { maxBuffer });
        await run("apt-get", ["download", ...(await packages())], { cwd: folder, maxBuffer });
      },
    );
    for (const file of await readdir(folder)) {
      if (file.endsWith(".deb")) await run("dpkg", ["-x", file, "root"], { cwd: folder });
    }
    // Fails where the other was faster, and then there is one; a broken one had better be replaced.
    await rename(join(folder, "root"), root).catch(async (error: unknown) => {
      if (await works(root)) return;
      await rm(root, { recursive: true, force: true });
      await rename(join(folder, "root"), root).catch(() => {
        throw error;
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
