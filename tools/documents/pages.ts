// The documents people read, and what is in them: fenced blocks, headings, links.
import { readFileSync } from "node:fs";
import { filesIn } from "../sources.ts";

/** Every README, every page of docs/ and decisions/, and those at the top. */
const documents = /^(?:[^/]+\.md|(?:docs|decisions)\/.+\.md|(?:.+\/)?README\.md)$/;

export interface Page {
  readonly path: string;
  readonly text: string;
}

/** One fenced block. */
export interface Fence {
  readonly path: string;
  /** Of its opening line, counted from 1. */
  readonly line: number;
  /** What stands behind the backticks; "" where nothing does. */
  readonly language: string;
  readonly text: string;
  /** The file that it repeats, named by the comment before it: `<!-- program: path -->`. */
  readonly program: string | null;
}

export function pagesOf(root: string): readonly Page[] {
  return filesIn(root)
    .filter((path) => documents.test(path) && !path.startsWith("site/"))
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, "utf8") }));
}

/** The fenced blocks of a page, those in lists included. */
export function fencesOf({ path, text }: Page): readonly Fence[] {
  const pattern = /(?:<!-- program: (\S+) -->\n\n)?^( *)```(.*)\n([^]*?)^\2```$/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const [whole, program = null, indent = "", language = "", inside = ""] = match;
    const opening = match.index + whole.indexOf("```");
    return {
      path,
      line: text.slice(0, opening).split("\n").length,
      language: language.trim(),
      text: inside.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      program,
    };
  });
}

/** A page whose blocks repeat their programs to the letter. */
export function withPrograms({ text }: Page, read: (program: string) => string): string {
  return text.replaceAll(
    /(<!-- program: (\S+) -->\n\n```\w+\n)[^]*?(^```$)/gm,
    (_, opening: string, program: string, closing: string) =>
      `${opening}${read(program)}${closing}`,
  );
}

/** A page without its fenced blocks and comments: what its words say. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^( *)```[^]*?^\1```$/gm, "").replaceAll(/<!--[^]*?-->/g, "");
}
