// `npm run docs:generate`: writes the generated parts of the documents anew.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { everyGenerated, regenerated } from "./generated/generated.ts";

const root = dirname(import.meta.dirname);
const parts = await everyGenerated();
for (const page of new Set(parts.map((part) => part.page))) {
  const text = await regenerated(
    root,
    page,
    parts.filter((part) => part.page === page),
  );
  const changed = readFileSync(`${root}/${page}`, "utf8") !== text;
  if (changed) writeFileSync(`${root}/${page}`, text);
  console.log(`${changed ? "wrote" : "same "} ${page}`);
}
