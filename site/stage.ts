// The pages of the site: those of the repository, in the folders they have there, so that every
// link between them leads to the same place here and where the repository is looked at.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesIn } from "../tools/sources.ts";

const pages = [
  /^(?:README|ARCHITECTURE|CONTRIBUTING|SECURITY)\.md$/,
  /^docs\/.+\.(?:md|svg|png)$/,
  /^decisions\/[^/]+\.md$/,
  /^packages\/[^/]+\/README\.md$/,
];

/** Copies the pages into a folder, emptied before, with what the site adds to them. */
export function stagePages(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const path of filesIn(root)) {
    if (!pages.some((page) => page.test(path))) continue;
    copy(join(root, path), join(folder, path));
    // A picture may be looked at by itself, too, under the name it has here.
    if (!path.endsWith(".md")) copy(join(root, path), join(folder, "public", path));
  }
  copy(join(root, "site/index.md"), join(folder, "index.md"));
  copy(join(root, "site/icon.svg"), join(folder, "public/icon.svg"));
  copyMermaid(join(folder, "public/mermaid"));
}

/** What draws the diagrams in the reader's browser, served by the site itself. */
function copyMermaid(folder: string): void {
  const dist = dirname(fileURLToPath(import.meta.resolve("mermaid")));
  copy(join(dist, "mermaid.esm.min.mjs"), join(folder, "mermaid.esm.min.mjs"));
  const chunks = "chunks/mermaid.esm.min";
  cpSync(join(dist, chunks), join(folder, chunks), {
    recursive: true,
    filter: (source) => !source.endsWith(".map"),
  });
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
