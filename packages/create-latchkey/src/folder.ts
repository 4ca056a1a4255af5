import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** What a folder may hold that is still called empty. */
const harmless = new Set([".git", ".DS_Store"]);

/**
 * Refuses a folder that holds something; one that does not exist is fine.
 *
 * @throws Error saying what to do instead.
 */
export function requireEmpty(folder: string): void {
  const found = entriesOf(folder).filter((name) => !harmless.has(name));
  if (found.length === 0) return;
  const some = found.slice(0, 3).join(", ");
  throw new Error(`${resolve(folder)} is not empty (${some}): name another folder`);
}

/** A name for the project in `folder` that npm takes: its own, as far as it can be one. */
export function nameFor(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "")
    .replace(/-+$/, "")
    .slice(0, 214);
  return name === "" || name === "node_modules" ? "latchkey-app" : name;
}

/** Writes every file, and overwrites none. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    // Nobody else on the machine has to read the secret.
    writeFileSync(target, text, { flag: "wx", mode: path === ".env" ? 0o600 : 0o644 });
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new Error(`${resolve(folder)} is no folder`, { cause: error });
    throw error;
  }
}
