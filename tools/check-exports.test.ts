import { expect, it } from "vitest";
import { check } from "./check-exports.ts";
import { manifest, repository, withFiles } from "./fixture.ts";

const entry = (name: string) => ({
  "@latchkey/source": `./src/${name}.ts`,
  types: `./dist/${name}.d.ts`,
  default: `./dist/${name}.js`,
});

/** A package with these exports and sources, and two more files so that it is not a small one. */
function inPackage(exports: object, sources: Readonly<Record<string, string>>): readonly string[] {
  const files: Record<string, string> = {
    "packages/core/package.json": manifest("@latchkey/core", { exports }),
    "packages/core/src/domain/a.ts": "export const a = 1;",
    "packages/core/src/domain/b.ts": "export const b = 1;",
  };
  for (const [path, text] of Object.entries(sources)) files[`packages/core/src/${path}`] = text;
  return withFiles(files, check);
}

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("allows entries that only list names", () => {
  const sources = {
    "index.ts": 'export { a } from "./domain/a.ts";\nexport type { B } from "./domain/b.ts";',
    "http.ts": 'export { b } from "./domain/b.ts";',
  };
  expect(inPackage({ ".": entry("index"), "./http": entry("http") }, sources)).toEqual([]);
});

it("refuses an entry without a file, and a condition that is missing or out of order", () => {
  const index = { "index.ts": 'export { a } from "./domain/a.ts";' };
  expect(inPackage({ ".": entry("index"), "./http": entry("http") }, index)).toHaveLength(1);
  expect(inPackage({ ".": "./dist/index.js" }, index)).toHaveLength(1);
  const { types, default: javascript, ...source } = entry("index");
  const outOfOrder = { types, default: javascript, ...source };
  expect(inPackage({ ".": outOfOrder }, index)).toHaveLength(1);
});

it("refuses an entry with an implementation in it, unless the package is small", () => {
  const index = { "index.ts": "export const answer = 42;" };
  expect(inPackage({ ".": entry("index") }, index)).toEqual([]);
  expect(inPackage({ ".": entry("index") }, { ...index, "c.ts": "export {};" })).toHaveLength(1);
});

it("refuses a file that passes names on without being an entry", () => {
  const sources = {
    "index.ts": 'export { a } from "./domain/a.ts";',
    "domain/all.ts": 'export { a } from "./a.ts";',
  };
  expect(inPackage({ ".": entry("index") }, sources)).toHaveLength(1);
});

it("refuses a package that offers nothing, and lets a command be all there is", () => {
  const exports = { "./package.json": "./package.json" };
  expect(inPackage(exports, {})).toHaveLength(1);
  const files = {
    "packages/make/package.json": manifest("make", { exports, bin: { make: "./dist/make.js" } }),
    "packages/make/src/make.ts": "process.exitCode = 0;",
  };
  expect(withFiles(files, check)).toEqual([]);
});
