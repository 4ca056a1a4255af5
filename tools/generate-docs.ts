// Writes every generated part into its page: what docs/ says of the sources, as they say it.
import { writeFileSync } from "node:fs";
import { withPart } from "./generated/part.ts";
import { parts } from "./generated/parts.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

for (const part of parts) {
  const page = withPart(root, part);
  if (page === null) throw new Error(`${part.page} has no marks of ${part.mark}`);
  writeFileSync(`${root}/${part.page}`, page);
  console.log(`${part.page}: ${part.mark}`);
}
