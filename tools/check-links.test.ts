import { describe, expect, it } from "vitest";
import { check } from "./check-links.ts";
import { repository, withFiles } from "./fixture.ts";

describe("check-links", () => {
  it("finds every link of this repository's documents right", () => {
    expect(check(repository)).toEqual([]);
  });

  it("names a link to a file that is not there", () => {
    const files = { "docs/a.md": "# A\n\n[b](b.md), [c](../c.ts)", "c.ts": "" };
    expect(withFiles(files, check)).toEqual(["docs/a.md: b.md: no such file"]);
  });

  it("names a link to a heading that is not there, on its own page and on another", () => {
    const files = {
      "README.md": "# One\n\n[two](#two) [one](#one) [three](docs/b.md#three) [x](docs/b.md#the-x)",
      "docs/b.md": "## The `x`\n",
    };
    expect(withFiles(files, check)).toEqual([
      "README.md: #two: no such heading",
      "README.md: docs/b.md#three: no such heading",
    ]);
  });

  it("looks neither into code nor at other sites", () => {
    const text =
      "`[a](b.md)` [c](https://example.com/d)\n\n```text\n[e](f.md)\n# g\n```\n\n[h](#g)";
    expect(withFiles({ "README.md": text }, check)).toEqual(["README.md: #g: no such heading"]);
  });
});
