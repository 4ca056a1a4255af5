import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = `${root}docs/performance.md`;

/**
 * Puts measurements into docs/performance.md, between the marks of their name.
 *
 * @throws Error where the page has no such marks
 */
export function writeInto(name: string, text: string): void {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- /measured: ${name} -->`];
  const before = readFileSync(page, "utf8");
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no marks of ${name}`);
  const after = `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`;
  writeFileSync(page, after);
  execFileSync("node_modules/.bin/oxfmt", ["docs/performance.md"], { cwd: root });
}

export function writeChart(svg: string): void {
  writeFileSync(`${root}docs/performance.svg`, svg);
}

/** Where something was measured, and what else went on there. */
export function machine(loadBefore: number, versions: readonly string[]): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `${availableParallelism()} cores (${cpu?.model.trim() ?? "unknown"}), ${gigabytes} GB`,
    `Node ${process.versions.node}`,
    ...versions,
    "clients and servers on the same cores",
    `load average before: ${loadBefore.toFixed(1)}`,
  ].join("; ");
}
