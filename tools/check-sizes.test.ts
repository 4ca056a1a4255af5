import { expect, it } from "vitest";
import { check, notes } from "./check-sizes.ts";
import { repository, withFiles } from "./fixture.ts";

const lines = (count: number) => "const a = 1;\n".repeat(count);

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("refuses more than 400 lines, in tests too, and asks about more than 250", () => {
  const files = {
    "packages/core/src/a.ts": lines(401),
    "packages/core/src/a.test.ts": lines(401),
    "packages/core/src/b.ts": lines(251),
    "packages/core/src/b.test.ts": lines(251),
    "packages/core/src/c.ts": lines(250),
    "packages/core/src/passwords/common-passwords.ts": lines(5000),
  };
  withFiles(files, (root) => {
    expect(check(root)).toHaveLength(2);
    expect(notes(root)).toEqual(["packages/core/src/b.ts: 251 lines; are these two rooms?"]);
  });
});
