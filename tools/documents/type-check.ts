// Type-checks the TypeScript blocks of documents, each as a module of its own that finds the
// packages by name, as whoever copies it has it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fence } from "./pages.ts";

const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));

/** What the compiler says of each block; nothing of one that is right. */
export function typeCheck(
  root: string,
  fences: readonly Fence[],
  companions: Readonly<Record<string, string>>,
): ReadonlyMap<Fence, string> {
  const scratch = join(root, "tools/documents/.blocks");
  mkdirSync(scratch, { recursive: true });
  // Inside the repository, where the packages are found.
  const folder = mkdtempSync(join(scratch, "run-"));
  try {
    fences.forEach((fence, index) => {
      write(join(folder, `${index}/test/block.ts`), fence.text);
      for (const [path, text] of Object.entries(companions)) {
        write(join(folder, `${index}/${path}`), text);
      }
    });
    const options = {
      extends: "../../../../tsconfig.base.json",
      compilerOptions: { noEmit: true },
    };
    write(join(folder, "tsconfig.json"), JSON.stringify({ ...options, include: ["*/test/*.ts"] }));
    const flags = ["-p", folder, "--pretty", "false"];
    const { stdout } = spawnSync(process.execPath, [tsc, ...flags], {
      cwd: folder,
      encoding: "utf8",
    });
    return complaintsIn(stdout, fences);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function complaintsIn(printed: string, fences: readonly Fence[]): ReadonlyMap<Fence, string> {
  const complaints = new Map<Fence, string>();
  for (const line of printed.split("\n").filter((text) => text.trim() !== "")) {
    const fence = fences[Number(/^(\d+)\/test\/block\.ts\(/.exec(line)?.[1])];
    // Whatever is not about a block would make all of them look right.
    if (fence === undefined && !line.startsWith(" ")) throw new Error(printed);
    if (fence !== undefined) complaints.set(fence, `${complaints.get(fence) ?? ""}${line}\n`);
  }
  return complaints;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
