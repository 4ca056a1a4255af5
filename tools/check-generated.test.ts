import { describe, expect, it } from "vitest";
import { check } from "./check-generated.ts";
import { repository, withFiles } from "./fixture.ts";
import { docstringBefore, partsOf } from "./generated/docstrings.ts";
import { regenerated } from "./generated/generated.ts";
import { propertiesOf } from "./generated/interfaces.ts";

describe("check-generated", () => {
  it("finds the generated parts of this repository's documents up to date", async () => {
    expect(await check(repository)).toEqual([]);
  }, 60_000);

  it("names every page that is missing", async () => {
    const missing = await withFiles({}, check);
    expect(missing).toContain("docs/flows.md is missing");
    expect(missing).toContain("docs/errors.md is missing");
  });
});

describe("a generated part", () => {
  const part = { page: "a.md", mark: "b", text: () => "new" };

  it("stands between its two comments, and leaves the rest of the page alone", async () => {
    const page = "# A\n\n<!-- generated: b -->\n\nold\n\n<!-- /generated: b -->\n\nafter\n";
    const text = await withFiles({ "a.md": page }, (root) => regenerated(root, "a.md", [part]));
    expect(text).toBe(page.replace("old", "new"));
  });

  it("is not written into a page without them", async () => {
    const written = withFiles({ "a.md": "# A\n" }, (root) => regenerated(root, "a.md", [part]));
    await expect(written).rejects.toThrow("a.md lacks <!-- generated: b -->");
  });
});

describe("a docstring", () => {
  const source = [
    "/** Of something else. */",
    "const other = 1;",
    "/**",
    " * Does it, see {@link other}.",
    " *",
    " * 1. One thing,",
    " *    in two lines.",
    " * 2. Another.",
    " *",
    " * And no more.",
    " */",
    "export async function verb() {}",
  ].join("\n");

  it("is read in its three parts, each paragraph on one line", () => {
    expect(partsOf(docstringBefore(source, /^export async/m))).toEqual({
      opening: "Does it, see `other`.",
      steps: ["1. One thing, in two lines.", "2. Another."],
      closing: "And no more.",
    });
  });

  it("is not another declaration's", () => {
    expect(docstringBefore(`${source}\nexport const bare = 1;`, /^export const bare/m)).toBe("");
  });
});

describe("the properties of an option type", () => {
  it("have a type, a meaning and a default, or are required", () => {
    const source = [
      "export interface Options {",
      "  /** Where. */",
      "  readonly url: string;",
      "  /**",
      "   * How long, 1–5 (default: 3 (three)).",
      "   * Not longer.",
      "   */",
      '  readonly wait?: number | "off" | undefined;',
      "}",
    ].join("\n");
    expect(propertiesOf("a.ts", source, "Options")).toEqual([
      { name: "url", type: "string", required: true, meaning: "Where.", fallback: null },
      {
        ...{ name: "wait", type: 'number | "off"', required: false },
        ...{ meaning: "How long, 1–5. Not longer.", fallback: "3 (three)" },
      },
    ]);
  });
});
