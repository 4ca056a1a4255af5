// What a document tells people to type: its code blocks, taken out of it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

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
  for (const [, tag, block = ""] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (tag === language && block.includes(containing)) return block;
  }
  throw new Error(`${path} has no ${language} block with: ${containing}`);
}
