// What every check stands on: which files there are, and what a source file imports and exports.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";

const notOurs = new Set([
  ...["node_modules", "dist", "coverage", ".git", ".pages", ".cache", ".mutation"],
]);

export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** The names taken from it, as they are called there; empty for a side effect or a namespace. */
  readonly names: readonly string[];
}

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Paths of every file below `folder`, relative to `root`, with forward slashes, sorted. */
export function filesIn(root: string, folder = "."): readonly string[] {
  const absolute = join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .flatMap((entry) => {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesIn(root, path);
      return entry.isFile() ? [path] : [];
    })
    .toSorted();
}

/** The folders that hold one package or example each. */
export function workspaces(root: string, ...parents: readonly string[]): readonly string[] {
  return parents
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, "package.json")));
}

export function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || /^[^/]+\/[^/]+\/test\//.test(path);
}

/** Imports and re-exports of a file, type-only and dynamic ones included. */
export function importsOf(path: string, text: string): readonly Import[] {
  const { module } = parseSync(path, text);
  const found: Import[] = module.staticImports.map((statement) => ({
    specifier: statement.moduleRequest.value,
    typeOnly:
      statement.entries.length > 0
        ? statement.entries.every((entry) => entry.isType)
        : /^import\s+type\b/.test(text.slice(statement.start, statement.end)),
    names: statement.entries.flatMap((entry) => entry.importName.name ?? []),
  }));
  for (const entry of module.staticExports.flatMap((statement) => statement.entries)) {
    if (entry.moduleRequest === null) continue;
    found.push({
      specifier: entry.moduleRequest.value,
      typeOnly: entry.isType,
      names: entry.importName.name === null ? [] : [entry.importName.name],
    });
  }
  // `import("x")` is a value in an expression and a type in an annotation; both are dependencies.
  for (const call of text.matchAll(/\bimport\(\s*["']([^"']+)["']/g)) {
    if (call[1] !== undefined) found.push({ specifier: call[1], typeOnly: false, names: [] });
  }
  return found;
}
