import { describe, expect, it } from "vitest";
import { withFiles } from "../tools/fixture.ts";
import { complaintsAbout } from "./check-built.ts";

const built = (files: Readonly<Record<string, string>>): readonly string[] =>
  withFiles(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`dist/${path}`, text])),
    (root) => complaintsAbout(`${root}/dist`),
  );

describe("a built site", () => {
  it("is fine where every link, anchor and picture is there", () => {
    const files = {
      "index.html": '<a href="/docs/a.html#two">a</a><a href="https://example.com">b</a>',
      "docs/a.html": '<h2 id="two">2</h2><img src="b.svg"><a href="../">up</a><a href="#two">2</a>',
      "docs/b.svg": "",
    };
    expect(built(files)).toEqual([]);
  });

  it("is refused for a link that leads nowhere, to a page, a heading or a picture", () => {
    const files = {
      "index.html": '<a href="docs/c.html">c</a><a href="docs/a.html#three">3</a>',
      "docs/a.html": '<img src="b.svg">',
    };
    expect(built(files)).toEqual([
      "docs/a.html: b.svg leads nowhere",
      "index.html: docs/c.html leads nowhere",
      "index.html: docs/a.html#three has no such heading",
    ]);
  });

  it("is refused for asking another host for anything", () => {
    const page =
      '<link rel="stylesheet" href="https://fonts.example/a.css"><script src="//cdn.example/b.js"></script>';
    expect(built({ "index.html": page })).toEqual([
      "index.html: asks another host for https://fonts.example/a.css",
      "index.html: asks another host for //cdn.example/b.js",
    ]);
  });
});
