// What the tests say of themselves: every sentence that names one, where it stands.
import { readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";
import { filesIn } from "../sources.ts";

export interface Sentence {
  readonly file: string;
  readonly text: string;
}

const tested = /^(?:packages|examples|tools)\/.*\.test\.ts$|^packages\/conformance\/src\//;

/**
 * Names of tests in the test files, and of behaviours in the published suites; parts that are made
 * while a test runs stand there as `…`.
 */
export function sentencesOf(root: string): readonly Sentence[] {
  return ["packages", "examples", "tools"]
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => tested.test(path))
    .flatMap((path) => sentencesIn(path, readFileSync(`${root}/${path}`, "utf8")));
}

type Expression = { readonly type: string; readonly start: number; readonly end: number };

function sentencesIn(file: string, source: string): readonly Sentence[] {
  const found: Sentence[] = [];
  const keep = (node: Expression | undefined): void => {
    const text = node === undefined ? null : textOf(source.slice(node.start, node.end));
    if (text !== null) found.push({ file, text });
  };
  const { program } = parseSync(file, source);
  new Visitor({
    CallExpression(call) {
      const callee = source.slice(call.callee.start, call.callee.end);
      if (/^(?:it|test)\b/.test(callee)) keep(call.arguments[0]);
    },
    Property(property) {
      // A behaviour: its sentence is its name.
      if (property.key.type === "Literal" && file.startsWith("packages/conformance/")) {
        keep(property.key);
      }
    },
  }).visit(program);
  return found;
}

/** The text of a literal, with what is put into it left out; null for anything else. */
function textOf(literal: string): string | null {
  const inside = /^(["'`])([^]*)\1$/.exec(literal)?.[2];
  return inside?.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll(/\\(["'`\\])/g, "$1") ?? null;
}
