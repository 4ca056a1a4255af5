// Protects thin adapters: what two frameworks are told alike belongs into core, where it is said
// once. Less than 120 lines each without comments, and no line that another adapter has too.
import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";
import { filesIn, workspaces } from "./sources.ts";

const most = 119;

/** Shorter lines are brackets and what any function of a language says. */
const tellingLength = 30;

/** Lines of code, without comments, blank lines and imports. */
function codeIn(path: string, text: string): { all: readonly string[]; own: readonly string[] } {
  const { comments, module } = parseSync(path, text);
  const blank = (source: string, { start, end }: { start: number; end: number }): string =>
    source.slice(0, start) + source.slice(start, end).replace(/[^\n]/g, " ") + source.slice(end);
  const code = comments.reduce(blank, text);
  const lines = (source: string): readonly string[] =>
    source
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  return { all: lines(code), own: lines(module.staticImports.reduce(blank, code)) };
}

export function check(root: string): readonly string[] {
  const violations: string[] = [];
  const seen = new Map<string, string>();
  const adapters = workspaces(root, "packages").filter((folder) => /\/adapter-/.test(folder));
  for (const folder of adapters) {
    const files = filesIn(root, `${folder}/src`).filter((path) => path.endsWith(".ts"));
    const code = files.map((path) => codeIn(path, readFileSync(`${root}/${path}`, "utf8")));
    const count = code.flatMap(({ all }) => all).length;
    if (count > most) violations.push(`${folder}: ${count} lines of code, ${most} is the most`);
    for (const line of new Set(code.flatMap(({ own }) => own))) {
      const other = line.length < tellingLength ? undefined : seen.get(line);
      if (other !== undefined) violations.push(`${folder}: ${other} also says: ${line}`);
      seen.set(line, folder);
    }
  }
  return violations;
}
