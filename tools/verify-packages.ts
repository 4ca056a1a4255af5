// Protects the people who install the packages: what `npm pack` would publish is judged by publint
// and attw, then type-checked and loaded from a project of its own that knows no sources.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { type Manifest, readManifest, workspaces } from "./sources.ts";
import { weighCore } from "./weigh-core.ts";

const root = dirname(import.meta.dirname);
const scratch = mkdtempSync(join(tmpdir(), "latchkey-packages-"));
const consumer = join(scratch, "consumer");
const modules = join(consumer, "node_modules");

const attw = fileURLToPath(
  new URL("dist/index.js", import.meta.resolve("@arethetypeswrong/cli/package.json")),
);
const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));

function run(cwd: string, command: string, ...args: readonly string[]): string {
  const result = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${args.join(" ")}\n${result.stdout}${result.stderr}`);
}

/** What can be imported of a package. */
function specifiersOf({ name, exports = {} }: Manifest): readonly string[] {
  const keys = Object.keys(exports).filter((key) => key !== "./package.json");
  return keys.map((key) => `${name}${key.slice(1)}`);
}

/** Packs a package, has it judged and puts it where a consumer would have it. */
async function judge(folder: string, manifest: Manifest): Promise<void> {
  const { name } = manifest;
  const packed = run(join(root, folder), "npm", "pack", "--silent", "--pack-destination", scratch);
  const tarball = join(scratch, basename(packed.trim()));
  const bytes = new Uint8Array(readFileSync(tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  const complaints = messages.map((message) => formatMessage(message, pkg, { color: false }));
  if (complaints.length > 0) throw new Error(`publint on ${name}:\n${complaints.join("\n")}`);
  // A command alone has no types to be wrong about.
  if (specifiersOf(manifest).length > 0) {
    run(consumer, process.execPath, attw, tarball, "--profile", "esm-only", "--format", "ascii");
  }
  const target = join(modules, name);
  mkdirSync(target, { recursive: true });
  run(scratch, "tar", "-xzf", tarball, "-C", target, "--strip-components=1");
  console.log(`ok    ${name}: packed, publint, attw`);
}

/** Dependencies and peers of the packages, as npm would have put them beside ours. */
function linkDependencies(names: Iterable<string>): void {
  for (const name of names) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}

try {
  mkdirSync(modules, { recursive: true });
  const dependencies = new Set(["@types/node"]);
  const specifiers: string[] = [];
  const commands: string[] = [];
  for (const folder of workspaces(root, "packages")) {
    const manifest = readManifest(root, folder);
    await judge(folder, manifest);
    specifiers.push(...specifiersOf(manifest));
    for (const path of Object.values(manifest.bin ?? {})) {
      commands.push(join(modules, manifest.name, path));
    }
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (!name.startsWith("@latchkey/")) dependencies.add(name);
    }
  }

  linkDependencies(dependencies);
  const imports = specifiers.map((specifier, i) => `import * as m${i} from "${specifier}";`);
  const names = specifiers.map((_, i) => `m${i}`).join(", ");
  const text = [...imports, `console.assert([${names}].length > 0);`].join("\n");
  for (const file of ["all.ts", "all.js"]) writeFileSync(join(consumer, file), text);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ type: "module" }));
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  run(
    consumer,
    process.execPath,
    tsc,
    ...flags,
    "--types",
    "node",
    "--skipLibCheck",
    "false",
    "all.ts",
  );
  run(consumer, process.execPath, "all.js");
  for (const command of commands) run(consumer, process.execPath, command, "--help");
  console.log(
    `ok    ${specifiers.length} entries type-check and load in a project of their own, ${commands.length} commands run`,
  );
  console.log(`ok    ${weighCore(consumer, join(root, "node_modules"))}`);
} catch (error) {
  console.log(`FAIL  ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
