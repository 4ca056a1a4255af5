// Protects the meaning of "public": every `exports` key is one file at the top of src that lists
// its names, and no other file passes names on. What an entry does not name stays private.
import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseSync } from "oxc-parser";
import { filesIn, isTest, readManifest, workspaces } from "./sources.ts";

/** A package of so few files has no rooms yet: its entry may be the implementation. */
const smallPackage = 3;

/** True when a file holds nothing but `export { … } from`. */
function onlyPassesOn(path: string, text: string): boolean {
  const { program } = parseSync(path, text);
  return (
    program.body.length > 0 &&
    program.body.every(
      (statement) =>
        statement.type === "ExportAllDeclaration" ||
        (statement.type === "ExportNamedDeclaration" && statement.source !== null),
    )
  );
}

function checkPackage(root: string, folder: string): readonly string[] {
  const violations: string[] = [];
  const sources = filesIn(root, `${folder}/src`).filter((f) => f.endsWith(".ts") && !isTest(f));
  const entryFiles = new Set<string>();
  for (const [key, target] of Object.entries(readManifest(root, folder).exports ?? {})) {
    if (key === "./package.json") continue;
    const entry = key === "." ? "index" : key.slice(2);
    const file = `${folder}/src/${entry}.ts`;
    entryFiles.add(file);
    const expected = {
      "@latchkey/source": `./src/${entry}.ts`,
      types: `./dist/${entry}.d.ts`,
      default: `./dist/${entry}.js`,
    };
    const first = Object.keys(target ?? {})[0];
    if (!isDeepStrictEqual(target, expected) || first !== "@latchkey/source") {
      violations.push(`${folder}/package.json: "${key}" must be ${JSON.stringify(expected)}`);
    }
    if (entry.includes("/")) violations.push(`${folder}/package.json: "${key}" is not top-level`);
    if (!existsSync(`${root}/${file}`)) violations.push(`${file}: missing, "${key}" names it`);
  }
  // A command alone is fine: there is nothing to import.
  const isCommand = readManifest(root, folder).bin !== undefined;
  if (entryFiles.size === 0 && !isCommand) violations.push(`${folder}/package.json: no exports`);
  for (const file of sources) {
    const passesOn = onlyPassesOn(file, readFileSync(`${root}/${file}`, "utf8"));
    if (!passesOn && entryFiles.has(file) && sources.length > smallPackage) {
      violations.push(`${file}: an entry only lists names: export { … } from "./…"`);
    }
    if (passesOn && !entryFiles.has(file)) {
      violations.push(`${file}: passes names on without being an entry in package.json`);
    }
  }
  return violations;
}

export function check(root: string): readonly string[] {
  return workspaces(root, "packages").flatMap((folder) => checkPackage(root, folder));
}
