import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { table } from "./table.ts";

it("core's README lists every endpoint by name, place, exposure and purpose, in the table's order", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const chapter = /## Endpoints\n(.*?)\n## /s.exec(readme)?.[1] ?? "";
  const cells = chapter
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(cells.map(([, ...rest]) => rest.slice(0, 4))).toEqual(
    table.map(({ name, method, path, exposure, resetBy, summary }) => [
      `\`${name}\``,
      `\`${method} ${path}\``,
      exposure,
      resetBy === "code" ? `${summary} (where resets go by code)` : summary,
    ]),
  );
});
