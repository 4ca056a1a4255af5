// Protects readability: a file one can hold in the head. 400 lines are refused; from 250 a file
// is named, so that somebody asks whether it holds two rooms.
import { readFileSync } from "node:fs";
import { filesIn, isTest } from "./sources.ts";

const refused = 400;
const worthAQuestion = 250;

/** Data, not code: nobody reads them from top to bottom. */
const exceptions = new Set(["packages/core/src/passwords/common-passwords.ts"]);

function sizes(root: string): readonly { readonly path: string; readonly lines: number }[] {
  return ["packages", "examples", "tools"]
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => path.endsWith(".ts") && !exceptions.has(path))
    .map((path) => ({
      path,
      lines: readFileSync(`${root}/${path}`, "utf8").trimEnd().split("\n").length,
    }));
}

export function check(root: string): readonly string[] {
  return sizes(root)
    .filter(({ lines }) => lines > refused)
    .map(({ path, lines }) => `${path}: ${lines} lines, ${refused} is the most`);
}

export function notes(root: string): readonly string[] {
  return sizes(root)
    .filter(({ path, lines }) => lines > worthAQuestion && lines <= refused && !isTest(path))
    .map(({ path, lines }) => `${path}: ${lines} lines; are these two rooms?`);
}
