import { expect, it } from "vitest";
import { check } from "./check-words.ts";
import { repository, withFiles } from "./fixture.ts";

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("refuses paths of one machine, registry hosts, download addresses and switched-off rules", () => {
  const host = ["https://registry", "npmjs", "org"].join(".");
  const address = "http://127.0.0.1:4873/a.tgz";
  const files = {
    "docs/setup.md": ["", "root", "project"].join("/"),
    "packages/core/notes.md": `see ${["", "home", "ada", "project"].join("/")}`,
    ".npmrc": `registry=${host}`,
    "package-lock.json": JSON.stringify({ resolved: address }).replace(":", ": "),
    "packages/core/src/a.ts": ["// oxlint", "disable-next-line no-console"].join("-"),
    "node_modules/a/index.js": ["", "root", "elsewhere"].join("/"),
    "docs/urls.md": "https://example.com/work/shop ../work/x packages/root/a",
  };
  expect(withFiles(files, check)).toEqual([
    ".npmrc:1: a package registry's host",
    "docs/setup.md:1: a path of one machine",
    "package-lock.json:1: a download address",
    "packages/core/notes.md:1: a path of one machine",
    "packages/core/src/a.ts:1: a switched-off rule",
  ]);
});
