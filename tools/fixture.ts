// A repository of a few files in a temporary folder, for the tests of the checks.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The repository these tools belong to. */
export const repository: string = dirname(import.meta.dirname);

/** Writes `files` (path to text), runs `use` on their folder and takes them away again. */
export function withFiles<T>(files: Readonly<Record<string, string>>, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), "latchkey-check-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A package.json with these exports and dependencies. */
export function manifest(name: string, parts: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name, ...parts });
}
