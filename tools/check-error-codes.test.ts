import { expect, it } from "vitest";
import { check } from "./check-error-codes.ts";
import { repository, withFiles } from "./fixture.ts";

const table = `export const errorTable = {
  invalid_input: {
    status: 400,
    title: { en: "No." },
  },
  busy: { status: 503, title: { en: "Later." } },
} as const;
`;

function withPage(page: string, test: string): readonly string[] {
  const files = {
    "packages/core/src/errors.ts": table,
    "packages/core/src/errors.test.ts": test,
    "docs/errors.md": page,
  };
  return withFiles(files, check);
}

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("asks of every code a row on the page and a test", () => {
  const page = "| code | status |\n| --- | --- |\n| `invalid_input` | 400 |\n| `busy` | 503 |\n";
  expect(withPage(page, 'expect(code).toBe("invalid_input"); refuses("busy");')).toEqual([]);
  expect(withPage("| `busy` | 503 |", '["invalid_input", "busy"]')).toEqual([
    "docs/errors.md: no row for invalid_input",
  ]);
  expect(withPage(page, 'refuses("busy");')).toEqual([
    'packages/core/src/errors.ts: no test mentions "invalid_input"',
  ]);
});

it("refuses rows for codes that do not exist, and two rows for one", () => {
  const page = "| `invalid_input` | 400 |\n| `busy` | 503 |\n| `busy` | 503 |\n| `gone` | 410 |\n";
  expect(withPage(page, '["invalid_input", "busy"]')).toEqual([
    "docs/errors.md: no such code: gone",
    "docs/errors.md: two rows for busy",
  ]);
});

it("fails when the table is not where it looks", () => {
  expect(withFiles({ "packages/core/src/errors.ts": "export {};" }, check)).toHaveLength(1);
});
