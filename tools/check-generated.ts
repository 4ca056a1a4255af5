// Protects readers from yesterday's facts: what a program writes into the documents is what it
// would write now.
import { existsSync, readFileSync } from "node:fs";
import { everyGenerated, regenerated } from "./generated/generated.ts";

export async function check(root: string): Promise<readonly string[]> {
  const parts = await everyGenerated();
  const pages = [...new Set(parts.map((part) => part.page))];
  const checked = pages.map(async (page) => {
    if (!existsSync(`${root}/${page}`)) return [`${page} is missing`];
    const own = parts.filter((part) => part.page === page);
    try {
      const text = await regenerated(root, page, own);
      if (readFileSync(`${root}/${page}`, "utf8") === text) return [];
    } catch (error) {
      // A promise whose test is gone, a refusal without advice, a flow that no longer works.
      return [`${page}: ${error instanceof Error ? error.message : String(error)}`];
    }
    return [`${page}: is out of date; run \`npm run docs:generate\``];
  });
  return (await Promise.all(checked)).flat();
}
