// The order in which the pages are read. A page of docs/ that is in no group is a mistake.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";
import { filesIn } from "../../tools/sources.ts";

const groups: readonly (readonly [title: string, pages: readonly string[]])[] = [
  ["Begin", ["docs/start", "docs/testing", "docs/migrating"]],
  [
    "Concepts",
    [
      "docs/concepts/registration-claims",
      "docs/concepts/epochs",
      "docs/concepts/generations",
      "docs/concepts/outbox",
    ],
  ],
  [
    "Recipes",
    [
      "docs/recipes/mobile-app",
      "docs/recipes/single-page-app",
      "docs/recipes/several-services",
      "docs/recipes/custom-mailer",
      "docs/recipes/custom-store",
    ],
  ],
  [
    "Reference",
    ["docs/flows", "docs/options", "docs/errors", "docs/events", "docs/pages", "docs/mail"],
  ],
  ["Security", ["SECURITY", "docs/security-model"]],
  ["In production", ["docs/stores", "docs/gateway", "docs/operations", "docs/performance"]],
  ["The house", ["README", "ARCHITECTURE", "CONTRIBUTING", "docs/releasing"]],
];

/** The sidebar of everything but the API; pages that are still to be written are left out. */
export function sidebarOf(pages: string): DefaultTheme.SidebarItem[] {
  const listed = new Set(groups.flatMap(([, paths]) => paths));
  const forgotten = filesIn(pages, "docs").filter(
    (path) => path.endsWith(".md") && !listed.has(path.replace(/\.md$/, "")),
  );
  if (forgotten.length > 0) throw new Error(`in no group of the sidebar: ${forgotten.join(", ")}`);
  return [
    ...groups.map(([text, paths]) => ({
      text,
      items: paths.filter((path) => existsSync(join(pages, `${path}.md`))).map(itemOf(pages)),
    })),
    folded(pages, "Packages", "packages"),
    folded(pages, "Decisions", "decisions"),
  ];
}

/** The sidebar of the API reference: its entries. */
export function apiSidebarOf(pages: string): DefaultTheme.SidebarItem[] {
  const paths = filesIn(pages, "api").map((path) => path.replace(/\.md$/, ""));
  const items = paths.filter((path) => path !== "api/index").map((path) => itemOf(pages)(path));
  return [{ text: "API", items, link: "/api/" }];
}

function folded(pages: string, text: string, folder: string): DefaultTheme.SidebarItem {
  const paths = filesIn(pages, folder).map((path) => path.replace(/\.md$/, ""));
  return { text, collapsed: true, items: paths.map(itemOf(pages)) };
}

function itemOf(pages: string): (path: string) => { text: string; link: string } {
  return (path) => {
    const text = readFileSync(join(pages, `${path}.md`), "utf8");
    const title = /^# (.+)$/m.exec(text)?.[1]?.replaceAll("`", "");
    if (title === undefined) throw new Error(`${path}.md has no heading`);
    return { text: path === "README" ? "The repository" : title, link: `/${path}` };
  };
}
