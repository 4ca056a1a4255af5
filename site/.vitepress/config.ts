import { dirname, join } from "node:path";
import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import { houseMarkdown } from "./markdown.ts";
import { apiSidebarOf, sidebarOf } from "./sidebar.ts";

const pages = join(dirname(import.meta.dirname), ".pages");

export default defineConfig({
  title: "Latchkey",
  description: "Accounts that are yours, in the Node server you already have.",
  lang: "en",
  srcDir: ".pages",
  outDir: "dist",
  cacheDir: ".cache",
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }],
    ["meta", { name: "theme-color", content: "#1f6b58" }],
  ],
  markdown: {
    // As the repository's page names headings: an anchor is right in both places or in none.
    anchor: { slugify: (text) => slug(text) },
    config: houseMarkdown(pages),
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    logo: "/icon.svg",
    nav: [
      { text: "Start", link: "/docs/start" },
      { text: "Flows", link: "/docs/flows" },
      { text: "Security", link: "/SECURITY" },
      { text: "API", link: "/api/" },
    ],
    sidebar: { "/api/": apiSidebarOf(pages), "/": sidebarOf(pages) },
    outline: { level: [2, 3] },
    search: { provider: "local" },
    footer: { message: "MIT" },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 }, logLevel: "warn" },
});
