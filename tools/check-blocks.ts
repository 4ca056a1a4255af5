// Protects whoever copies from a document: every fenced block is in a language that
// tools/documents.test.ts reads, and a block that repeats a program repeats it to the letter.
import { existsSync, readFileSync } from "node:fs";
import { elsewhere, plain, readers } from "./documents/languages.ts";
import { fencesOf, pagesOf } from "./documents/pages.ts";

const read = new Set([...Object.keys(readers), ...elsewhere, plain]);

export function check(root: string): readonly string[] {
  return pagesOf(root)
    .flatMap(fencesOf)
    .flatMap(({ path, line, language, text, program }) => {
      const where = `${path}:${line}`;
      if (!read.has(language)) {
        return [`${where}: no test reads "${language}"; one of ${[...read].join(", ")}`];
      }
      if (program === null) return [];
      if (!existsSync(`${root}/${program}`)) return [`${where}: there is no ${program}`];
      const same = readFileSync(`${root}/${program}`, "utf8") === text;
      return same ? [] : [`${where}: is not what ${program} says`];
    });
}
