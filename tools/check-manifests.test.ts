import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { check } from "./check-manifests.ts";
import { repository, withFiles } from "./fixture.ts";

const good = JSON.parse(readFileSync(`${repository}/packages/core/package.json`, "utf8")) as object;

/** A core with these fields changed, and a page of this text. */
function withCore(changes: object, page = ""): readonly string[] {
  const files = {
    "packages/core/package.json": JSON.stringify({ ...good, dependencies: {}, ...changes }),
    "packages/core/README.md": "words",
    "packages/core/LICENSE": "words",
    "decisions/001-a.md": page,
  };
  return withFiles(files, check);
}

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("refuses a package that says something else than the others, or less", () => {
  expect(withCore({})).toEqual([]);
  expect(withCore({ sideEffects: true })).toEqual(['packages/core: "sideEffects" must be false']);
  expect(withCore({ engines: { node: ">=24" } })).toHaveLength(1);
  expect(withCore({ publishConfig: { access: "public" } })).toHaveLength(1);
  expect(withCore({ keywords: ["auth"], files: ["dist"], description: "" })).toHaveLength(4);
});

it("refuses a dependency of core that no decision names", () => {
  const dependencies = { jose: "^6.0.0", "lru-cache": "^11.0.0" };
  expect(withCore({ dependencies })).toHaveLength(1);
  expect(withCore({ dependencies }, "`lru-cache` joins core's dependencies.")).toEqual([]);
  expect(withCore({ dependencies }, "`lru` joins core's dependencies.")).toHaveLength(1);
});
