// Protects readers of the repository: every link of a document leads to a file that is there, and
// to a heading that stands in it.
import { existsSync } from "node:fs";
import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import { type Page, pagesOf, proseOf } from "./documents/pages.ts";

/** What headings are called in addresses, repeated ones numbered. */
function anchorsOf(page: Page): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const headings = [...proseOf(page).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, title = ""]) =>
    title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, ""),
  );
  return new Set(headings.map((heading) => slugger.slug(heading)));
}

/** Where the links of a page lead, other sites aside. */
function linksOf(page: Page): readonly string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(<?([^()\s>]+)>?\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/i.test(link));
}

export function check(root: string): readonly string[] {
  const pages = pagesOf(root);
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
  return pages.flatMap((page) =>
    linksOf(page).flatMap((link) => {
      const [file = "", anchor] = link.split("#");
      const path = file === "" ? page.path : posix.join(posix.dirname(page.path), file);
      if (!existsSync(`${root}/${path}`)) return [`${page.path}: ${link}: no such file`];
      const known = anchors.get(path);
      if (anchor === undefined || known === undefined || known.has(anchor)) return [];
      return [`${page.path}: ${link}: no such heading`];
    }),
  );
}
