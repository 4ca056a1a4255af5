import { expect, it } from "vitest";
import { check } from "./check-adapters.ts";
import { manifest, repository, withFiles } from "./fixture.ts";

const adapters = (one: string, other: string): Readonly<Record<string, string>> => ({
  "packages/adapter-one/package.json": manifest("one"),
  "packages/adapter-one/src/index.ts": one,
  "packages/adapter-other/package.json": manifest("other"),
  "packages/adapter-other/src/index.ts": other,
});

it("passes on this repository", () => {
  expect(check(repository)).toEqual([]);
});

it("refuses 120 lines of code, but counts no comment and no blank line", () => {
  const code = (count: number): string =>
    `/** Says why.\n * ${"\n".repeat(200)} */\n${"f();\n\n// Why.\n".repeat(count)}`;
  withFiles(adapters(code(120), code(119)), (root) => {
    expect(check(root)).toEqual(["packages/adapter-one: 120 lines of code, 119 is the most"]);
  });
});

it("refuses a line that two adapters have, but not imports and brackets", () => {
  const same = "const mark = address.indexOf(separator);";
  const shared = `import { endpoints } from "@latchkey/core/http";\nif (a) {\n  ${same}\n}\n`;
  withFiles(adapters(shared, `// ${same}\n${shared}`), (root) => {
    expect(check(root)).toEqual([
      `packages/adapter-other: packages/adapter-one also says: ${same}`,
    ]);
  });
});
