// What of the documents is made from the sources: parts of pages, between marks.
import { existsSync, readFileSync } from "node:fs";

/** One generated part of one page. */
export interface GeneratedPart {
  /** Path of the page, from the root. */
  readonly page: string;
  /** Its place: between `<!-- generated: mark -->` and `<!-- /generated: mark -->`. */
  readonly mark: string;
  /** What belongs there, formatted as the formatter would. */
  text(root: string): string;
}

/** The page as it should be; null where it is missing or has no such marks. */
export function withPart(root: string, part: GeneratedPart): string | null {
  const path = `${root}/${part.page}`;
  if (!existsSync(path)) return null;
  const [begin, end] = [`<!-- generated: ${part.mark} -->`, `<!-- /generated: ${part.mark} -->`];
  const page = readFileSync(path, "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) return null;
  return `${page.slice(0, from + begin.length)}\n\n${part.text(root).trim()}\n\n${page.slice(to)}`;
}
