// Parts of documents that are written by a program. Each stands between two comments of its page:
// `<!-- generated: mark -->` and `<!-- /generated: mark -->`.
import { readdirSync, readFileSync } from "node:fs";
import { format } from "oxfmt";

/** One such part. */
export interface Generated {
  /** The document it stands in, from the root. */
  readonly page: string;
  /** Which part of it. */
  readonly mark: string;
  /** What stands there, as Markdown, by the sources below a root. */
  text(root: string): string | Promise<string>;
}

/** Every part there is: each file of this folder may export some. */
export async function everyGenerated(): Promise<readonly Generated[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts"));
  const modules = await Promise.all(
    files.map((file) => {
      const { href } = new URL(file, import.meta.url);
      return import(href) as Promise<Readonly<Record<string, unknown>>>;
    }),
  );
  return modules.flatMap((module) => Object.values(module).filter(isGenerated));
}

function isGenerated(value: unknown): value is Generated {
  if (typeof value !== "object" || value === null) return false;
  return ["page", "mark", "text"].every((key) => key in value);
}

/**
 * A page with its parts as they must be, in the house's format.
 *
 * @throws Error where the page lacks a part's two comments
 */
export async function regenerated(
  root: string,
  page: string,
  parts: readonly Generated[],
): Promise<string> {
  let text = readFileSync(`${root}/${page}`, "utf8");
  for (const part of parts) {
    const [opening, closing] = [
      `<!-- generated: ${part.mark} -->`,
      `<!-- /generated: ${part.mark} -->`,
    ];
    const [before, , after] = between(text, opening, closing);
    if (after === undefined) throw new Error(`${page} lacks ${opening} … ${closing}`);
    text = `${before}${opening}\n\n${(await part.text(root)).trim()}\n\n${closing}${after}`;
  }
  const { code } = await format(page, text, { printWidth: 100 });
  return code;
}

function between(text: string, opening: string, closing: string): readonly string[] {
  const start = text.indexOf(opening);
  const end = text.indexOf(closing);
  if (start < 0 || end < start) return [text];
  return [text.slice(0, start), text.slice(start, end), text.slice(end + closing.length)];
}
