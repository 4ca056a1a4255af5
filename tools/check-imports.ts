// Protects the direction of the house: nothing points back up, libraries stay in their room,
// packages meet only through their entries, and no group of files or packages forms a circle.
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { findCycles } from "./cycles.ts";
import { compositionRoot, entries, libraries, neighbours, rooms } from "./rooms.ts";
import { filesIn, importsOf, isTest, readManifest, workspaces } from "./sources.ts";
import type { Import, Manifest } from "./sources.ts";

const core = "packages/core/src/";
const namesThatSayNothing = /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\/|(?:\.test)?\.ts$)/;

/** The room a file of core lives in: its folder, or its own name at the top of src. */
function roomOf(path: string): string {
  const [first = "", ...rest] = path.slice(core.length).split("/");
  if (rest.length > 0) return first;
  const name = first.replace(/\.ts$/, "");
  if (entries.includes(name)) return "entry";
  return compositionRoot.includes(name) ? "composition root" : name;
}

function coreRefusal(from: string, to: string, used: Import): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (target === "entry") return "nobody inside core imports an entry";
  if (room === "entry" || room === "composition root" || target === "errors") return undefined;
  const feature = (path: string) => posix.dirname(path);
  if (room === "flows" && target === "flows") {
    return feature(from) === feature(to) ? undefined : "a feature does not import another feature";
  }
  const sees = rooms[room];
  if (sees === undefined) return `"${room}" is no room in tools/rooms.ts`;
  const name = target === "composition root" ? posix.basename(to, ".ts") : target;
  if (name === room || sees.includes(name)) return undefined;
  if (used.typeOnly && sees.includes(`type:${name}`)) return undefined;
  const onlyInputs = used.typeOnly || used.names.every((word) => /(?:Input|Schema)$/.test(word));
  if (onlyInputs && used.names.length > 0 && sees.includes(`input:${name}`)) return undefined;
  return `${room} may not import ${used.typeOnly ? "types of " : ""}${name}`;
}

function libraryRefusal(folder: string, from: string, used: Import, manifest: Manifest) {
  if (used.specifier.startsWith("node:")) return undefined;
  const library = used.specifier.split("/", used.specifier.startsWith("@") ? 2 : 1).join("/");
  const known = { ...manifest.dependencies, ...manifest.peerDependencies };
  if (known[library] === undefined) return `${library} is not a dependency of ${folder}`;
  const users = folder === "packages/core" ? libraries[library] : undefined;
  const room = roomOf(from) === "composition root" ? posix.basename(from, ".ts") : roomOf(from);
  if (users?.includes(room) === false) return `only ${users.join(", ")} may import ${library}`;
  const rule = neighbours.find(([pattern]) => pattern.test(folder));
  if (!library.startsWith("@latchkey/") || rule === undefined) return undefined;
  if (rule[1].includes(used.specifier)) return undefined;
  if (used.typeOnly && rule[1].includes(`type:${used.specifier}`)) return undefined;
  return `${folder} may not import ${used.specifier}`;
}

export function check(root: string): readonly string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  const packages = new Map<string, string[]>();
  for (const folder of workspaces(root, "packages", "examples")) {
    const manifest = readManifest(root, folder);
    const needs = new Set<string>();
    packages.set(manifest.name, []);
    for (const path of filesIn(root, folder).filter((file) => file.endsWith(".ts"))) {
      if (namesThatSayNothing.test(path)) violations.push(`${path}: the name says nothing`);
      if (path.endsWith("/index.ts") && path !== `${folder}/src/index.ts`) {
        violations.push(`${path}: only an entry is called index.ts`);
      }
      const text = readFileSync(`${root}/${path}`, "utf8");
      if (/^export\s+(?:type\s+)?\*/m.test(text)) violations.push(`${path}: export * hides names`);
      const used = importsOf(path, text);
      const owner = (specifier: string) => specifier.split("/", 2).join("/");
      for (const { specifier } of used) {
        if (specifier.startsWith("@latchkey/")) needs.add(owner(specifier));
      }
      const relative = used.filter(({ specifier }) => specifier.startsWith("."));
      const resolve = (specifier: string) => posix.join(posix.dirname(path), specifier);
      graph.set(
        path,
        relative.map(({ specifier }) => resolve(specifier)),
      );
      if (isTest(path) || !path.startsWith(`${folder}/src/`)) continue;

      for (const item of used) {
        const target = item.specifier.startsWith(".") ? resolve(item.specifier) : undefined;
        let refusal: string | undefined;
        if (target === undefined) refusal = libraryRefusal(folder, path, item, manifest);
        else if (!target.startsWith(`${folder}/src/`)) refusal = "an import leaves the package";
        else if (path.startsWith(core)) refusal = coreRefusal(path, target, item);
        else if (target.endsWith("/index.ts")) refusal = "nobody imports an entry";
        if (refusal !== undefined) violations.push(`${path}: ${item.specifier}: ${refusal}`);
      }
    }
    packages.set(
      manifest.name,
      [...needs].filter((name) => name !== manifest.name),
    );
  }
  const circles = [...findCycles(graph), ...findCycles(packages)];
  return [...violations, ...circles.map((circle) => `a circle: ${circle.join(" -> ")}`)];
}
