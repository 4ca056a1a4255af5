// Protects readers of the site: every link and anchor of a built page leads somewhere, and no page
// asks another host for a script, a style, a font or a picture.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { type DefaultTreeAdapterMap, parse } from "parse5";
import { filesIn } from "../tools/sources.ts";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

interface Page {
  readonly ids: ReadonlySet<string>;
  readonly links: readonly string[];
  readonly assets: readonly string[];
}

/** What is wrong with a built site, one line each. */
export function complaintsAbout(dist: string): readonly string[] {
  const built = filesIn(dirname(dist), "dist").map((path) => path.slice("dist/".length));
  const pages = new Map(
    built
      .filter((path) => path.endsWith(".html"))
      .map((path) => [path, read(readFileSync(join(dist, path), "utf8"))] as const),
  );
  return [...pages].flatMap(([path, { links, assets }]) => [
    ...links.flatMap((link) => {
      const target = targetOf(path, link);
      if (target === null) return [];
      const page = pages.get(target.path);
      if (page === undefined) {
        return existsSync(join(dist, target.path)) ? [] : [`${path}: ${link} leads nowhere`];
      }
      const found = target.anchor === "" || page.ids.has(target.anchor);
      return found ? [] : [`${path}: ${link} has no such heading`];
    }),
    ...assets.filter(isElsewhere).map((asset) => `${path}: asks another host for ${asset}`),
  ]);
}

/** Where a link of a page leads in the site; null for another site or a mail program. */
function targetOf(page: string, link: string): { path: string; anchor: string } | null {
  if (isElsewhere(link) || /^(?:mailto|data|javascript):/.test(link)) return null;
  const { pathname, hash } = new URL(link, `https://site.invalid/${page}`);
  const path = posix.normalize(decodeURIComponent(pathname)).slice(1);
  const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
  return { path: file, anchor: decodeURIComponent(hash.slice(1)) };
}

function isElsewhere(link: string): boolean {
  return /^(?:https?:)?\/\//.test(link);
}

function read(html: string): Page {
  const ids = new Set<string>();
  const links: string[] = [];
  const assets: string[] = [];
  for (const element of elementsOf(parse(html))) {
    const attributes = new Map(element.attrs.map(({ name, value }) => [name, value]));
    const id =
      attributes.get("id") ?? (element.tagName === "a" ? attributes.get("name") : undefined);
    if (id !== undefined) ids.add(id);
    const href = attributes.get("href");
    if (href !== undefined) (element.tagName === "a" ? links : assets).push(href);
    const source = attributes.get("src");
    if (source !== undefined) {
      assets.push(source);
      links.push(source);
    }
  }
  return { ids, links, assets };
}

function elementsOf(node: Node): readonly Element[] {
  const children = "childNodes" in node ? node.childNodes.flatMap(elementsOf) : [];
  return "attrs" in node ? [node, ...children] : children;
}
