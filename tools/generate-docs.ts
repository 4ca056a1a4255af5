// `npm run docs:generate`: writes the generated parts of the documents anew, and the programs that
// stand in them.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pagesOf, withPrograms } from "./documents/pages.ts";
import { everyGenerated, regenerated } from "./generated/generated.ts";

const root = dirname(import.meta.dirname);
const parts = await everyGenerated();
for (const page of new Set(parts.map((part) => part.page))) {
  const text = await regenerated(
    root,
    page,
    parts.filter((part) => part.page === page),
  );
  write(page, text);
}
for (const page of pagesOf(root)) {
  write(
    page.path,
    withPrograms(page, (path) => readFileSync(`${root}/${path}`, "utf8")),
  );
}

function write(page: string, text: string): void {
  if (readFileSync(`${root}/${page}`, "utf8") === text) return;
  writeFileSync(`${root}/${page}`, text);
  console.log(`wrote ${page}`);
}
