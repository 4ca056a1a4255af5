// Protects those who start processes: what core and all it brings along weighs once installed, and
// the processor time its import takes, where nothing but published files can be found.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** A third above what it weighs; six times what it takes, since machines differ that much. */
const mostMegabytes = 16;
const mostMilliseconds = 600;

/** Everything that is installed for a package, itself included, by where it is. */
function closure(modules: string, name: string, seen: Set<string> = new Set()): Set<string> {
  const folder = join(modules, name);
  // Binaries for other machines are named, and not installed.
  if (!existsSync(folder) || seen.has(folder)) return seen;
  seen.add(folder);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly dependencies?: object;
    readonly optionalDependencies?: object;
  };
  const needed = { ...manifest.dependencies, ...manifest.optionalDependencies };
  for (const dependency of Object.keys(needed)) closure(modules, dependency, seen);
  return seen;
}

function bytesIn(folder: string): number {
  return readdirSync(realpathSync(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The least of five: what it takes when nothing else is in the way. */
function importMilliseconds(folder: string): number {
  const program = `
    const before = process.cpuUsage();
    await import("@latchkey/core");
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `;
  const times = Array.from({ length: 5 }, () => {
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return Number.parseFloat(stdout);
  });
  return Math.min(...times);
}

/**
 * One line that says what core costs in a consumer's folder.
 *
 * @throws Error when that is more than it may.
 */
export function weighCore(consumer: string, installed: string): string {
  const own = bytesIn(join(consumer, "node_modules/@latchkey/core"));
  const core = readFileSync(join(consumer, "node_modules/@latchkey/core/package.json"), "utf8");
  const { dependencies } = JSON.parse(core) as { readonly dependencies: object };
  const folders = new Set<string>();
  for (const name of Object.keys(dependencies)) closure(installed, name, folders);
  const all = [...folders].reduce((sum, folder) => sum + bytesIn(folder), own);
  const [megabytes, ownMegabytes] = [all / 1e6, own / 1e6];
  const milliseconds = importMilliseconds(consumer);
  const said = `core: ${ownMegabytes.toFixed(1)} MB, ${megabytes.toFixed(1)} MB with its ${folders.size} dependencies; ${milliseconds.toFixed(0)} ms of processor time to import`;
  if (megabytes <= mostMegabytes && milliseconds <= mostMilliseconds) return said;
  throw new Error(`${said}; at most ${mostMegabytes} MB and ${mostMilliseconds} ms`);
}
