// What a document tells people to type: its code blocks, taken out of it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fencesOf } from "../documents/pages.ts";

const repository = dirname(dirname(import.meta.dirname));

/**
 * The first block of a document, below a heading if one is named, that contains a text.
 *
 * @throws Error where the document has none.
 */
export function blockOf(path: string, language: string, containing: string): string {
  const text = readFileSync(join(repository, path), "utf8");
  return blockIn(text, language, containing, path);
}

export function blockIn(text: string, language: string, containing: string, path: string): string {
  const block = fencesOf({ path, text }).find(
    (fence) => fence.language === language && fence.text.includes(containing),
  );
  if (block === undefined) throw new Error(`${path} has no ${language} block with: ${containing}`);
  return block.text;
}
