// `npm run docs`: builds the site into site/dist, and fails on a part of a document that is out of
// date, a block of code that no test reads, an export without a docstring, a page that the sidebar
// forgets, a link that leads nowhere and anything asked of another host.
import { dirname, join } from "node:path";
import { build } from "vitepress";
import { check as checkBlocks } from "../tools/check-blocks.ts";
import { check as checkGenerated } from "../tools/check-generated.ts";
import { check as checkLinks } from "../tools/check-links.ts";
import { writeApi } from "./api.ts";
import { complaintsAbout } from "./check-built.ts";
import { stagePages } from "./stage.ts";

const site = import.meta.dirname;
const root = dirname(site);
const began = performance.now();

/** Goes on where there is nothing to complain of. */
function demand(what: string, complaints: readonly string[]): void {
  for (const complaint of complaints) console.log(`FAIL  ${complaint}`);
  if (complaints.length > 0) process.exit(1);
  console.log(`ok    ${what} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

demand("every block is read by a test, every link leads to a file and a heading", [
  ...checkBlocks(root),
  ...checkLinks(root),
]);
demand("what follows from sources is up to date", await checkGenerated(root));

const pages = join(site, ".pages");
stagePages(root, pages);
await writeApi(root, join(pages, "api"));
demand("the API reference: every export has a docstring", []);

await build(site);
const complaints = complaintsAbout(join(site, "dist"));
demand("site/dist: every link leads somewhere, and nothing to another host", complaints);
