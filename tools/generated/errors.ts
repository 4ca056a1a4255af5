// docs/errors.md: every refusal, out of the one table of them.
import { readFileSync } from "node:fs";
import { errorTable } from "../../packages/core/src/errors.ts";
import { docstringBefore } from "./docstrings.ts";
import type { Generated } from "./generated.ts";

const source = new URL("../../packages/core/src/errors.ts", import.meta.url);

export const errors: Generated = {
  page: "docs/errors.md",
  mark: "errors",
  text() {
    const text = readFileSync(source, "utf8");
    const rows = Object.entries(errorTable).map(([code, { status, title }]) => {
      const advice = docstringBefore(text, new RegExp(`^  ${code}: \\{`, "m"));
      if (advice === "") throw new Error(`errors.ts says of ${code} neither when nor what to do`);
      const words = [title.en, title.ru, advice].map((cell) => cell.replaceAll("\n", " "));
      return `| \`${code}\` | ${status} | ${words.join(" | ")} |`;
    });
    const heading = "| code | status | English | Russian | when it happens, and what to do |";
    return [heading, "| - | - | - | - | - |", ...rows].join("\n");
  },
};
