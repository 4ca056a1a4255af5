// Protects those who install: every package says what it is, what it runs on and what it brings
// along, in the same words; and core brings nothing along without a page that says why.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { readManifest, workspaces } from "./sources.ts";

/** What core was designed on; anything else has a page in decisions/. */
const foundation = new Set(["@node-rs/argon2", "jose", "zod"]);

/** What the manifest of every package says alike. */
const alike: Readonly<Record<string, unknown>> = {
  license: "MIT",
  type: "module",
  sideEffects: false,
  publishConfig: { access: "public", provenance: true },
  engines: { node: ">=22" },
};

/** What every package has packed: its change log too, which npm would leave out. */
const packed = ["dist", "src", "CHANGELOG.md"];

function checkPackage(root: string, folder: string, versions: ReadonlySet<string>): string[] {
  const manifest = readManifest(root, folder);
  const found: string[] = [];
  for (const [field, value] of Object.entries(alike)) {
    if (isDeepStrictEqual(Reflect.get(manifest, field), value)) continue;
    found.push(`"${field}" must be ${JSON.stringify(value)}`);
  }
  for (const name of packed) {
    if (manifest.files?.includes(name) !== true) found.push(`"files" lacks ${name}`);
  }
  if ((manifest.description ?? "") === "") found.push(`"description" is missing`);
  if (manifest.keywords?.includes("latchkey") !== true) found.push(`"keywords" lack latchkey`);
  if (versions.size > 1)
    found.push(`all packages have one version, not ${[...versions].join(", ")}`);
  for (const file of ["README.md", "LICENSE"]) {
    if (!existsSync(`${root}/${folder}/${file}`)) found.push(`${file} is missing`);
  }
  return found.map((complaint) => `${folder}: ${complaint}`);
}

function checkCore(root: string): readonly string[] {
  if (!existsSync(`${root}/packages/core/package.json`)) return [];
  const decisions = `${root}/decisions`;
  const pages = existsSync(decisions) ? readdirSync(decisions) : [];
  const texts = pages.map((page) => readFileSync(`${decisions}/${page}`, "utf8"));
  return Object.keys(readManifest(root, "packages/core").dependencies ?? {})
    .filter((name) => !foundation.has(name))
    .filter((name) => !texts.some((text) => text.includes(`\`${name}\` joins core's dependencies`)))
    .map(
      (name) => `packages/core: no page in decisions/ says: \`${name}\` joins core's dependencies`,
    );
}

export function check(root: string): readonly string[] {
  const folders = workspaces(root, "packages");
  const versions = new Set(folders.flatMap((folder) => readManifest(root, folder).version ?? []));
  return [...folders.flatMap((folder) => checkPackage(root, folder, versions)), ...checkCore(root)];
}
