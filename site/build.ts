// `npm run docs`: builds the site into site/dist, and fails on an export without a docstring, a page
// that the sidebar forgets, a link that leads nowhere and anything asked of another host.
import { dirname, join } from "node:path";
import { build } from "vitepress";
import { writeApi } from "./api.ts";
import { complaintsAbout } from "./check-built.ts";
import { stagePages } from "./stage.ts";

const site = import.meta.dirname;
const root = dirname(site);
const began = performance.now();

function told(what: string): void {
  console.log(`ok    ${what} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

const pages = join(site, ".pages");
stagePages(root, pages);
await writeApi(root, join(pages, "api"));
told("the API reference: every export has a docstring");
await build(site);
const complaints = complaintsAbout(join(site, "dist"));
for (const complaint of complaints) console.log(`FAIL  ${complaint}`);
if (complaints.length > 0) process.exitCode = 1;
else told("site/dist: every link and anchor leads somewhere, and nothing to another host");
