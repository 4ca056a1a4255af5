// Protects the promise of the error table: every code a caller can meet is explained in
// docs/errors.md and was seen by a test, and the page explains nothing that does not exist.
import { existsSync, readFileSync } from "node:fs";
import { filesIn } from "./sources.ts";

const tableFile = "packages/core/src/errors.ts";
const pageFile = "docs/errors.md";

/** The keys of `export const errorTable = { … }`, which the formatter keeps at one indent. */
function codesOf(text: string): readonly string[] {
  const table =
    /^export const errorTable\b[^=]*= (?:\w|\.|\()*\{\n(.*?)^\}/ms.exec(text)?.[1] ?? "";
  return [...table.matchAll(/^ {2}["']?(\w+)["']?:/gm)].map((match) => match[1] ?? "");
}

/** The codes that open a row of a table: | `code` | … */
function rowsOf(page: string): readonly string[] {
  return [...page.matchAll(/^\|\s*`([a-z_]+)`\s*\|/gm)].map((match) => match[1] ?? "");
}

export function check(root: string): readonly string[] {
  const read = (path: string) =>
    existsSync(`${root}/${path}`) ? readFileSync(`${root}/${path}`, "utf8") : "";
  const codes = codesOf(read(tableFile));
  if (codes.length === 0) return [`${tableFile}: no codes found in errorTable`];
  const rows = rowsOf(read(pageFile));
  const tests = ["packages", "examples"]
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => path.endsWith(".test.ts"))
    .map(read)
    .join("\n");
  const repeated = rows.filter((row, index) => rows.indexOf(row) !== index);
  return [
    ...codes
      .filter((code) => !rows.includes(code))
      .map((code) => `${pageFile}: no row for ${code}`),
    ...rows.filter((row) => !codes.includes(row)).map((row) => `${pageFile}: no such code: ${row}`),
    ...repeated.map((row) => `${pageFile}: two rows for ${row}`),
    ...codes
      .filter((code) => !new RegExp(`["'\`]${code}["'\`]`).test(tests))
      .map((code) => `${tableFile}: no test mentions "${code}"`),
  ];
}
