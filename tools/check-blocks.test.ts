import { describe, expect, it } from "vitest";
import { check } from "./check-blocks.ts";
import { repository, withFiles } from "./fixture.ts";

describe("check-blocks", () => {
  it("finds a reader for every block of this repository's documents", () => {
    expect(check(repository)).toEqual([]);
  });

  it("names a block in a language that nothing reads, or in none", () => {
    const text =
      "# A\n\n```ruby\nputs 1\n```\n\n1. In a list:\n\n   ```\n   x\n   ```\n\n```json\n1\n```\n";
    const found = withFiles({ "docs/a.md": text }, check).map((line) => line.split(";", 1)[0]);
    expect(found).toEqual(['docs/a.md:3: no test reads "ruby"', 'docs/a.md:9: no test reads ""']);
  });

  it("names a block that is not the program it says it is", () => {
    const block = (path: string) => `<!-- program: ${path} -->\n\n\`\`\`ts\nconst a = 1;\n\`\`\`\n`;
    const files = {
      "README.md": `${block("a.ts")}\n${block("b.ts")}\n${block("c.ts")}`,
      "a.ts": "const a = 1;\n",
      "b.ts": "const a = 2;\n",
    };
    expect(withFiles(files, check)).toEqual([
      "README.md:9: is not what b.ts says",
      "README.md:15: there is no c.ts",
    ]);
  });
});
