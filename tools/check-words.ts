// Protects readers elsewhere: nothing in the repository names the machine it was written on or
// the place its packages were downloaded from.
import { readFileSync } from "node:fs";
import { filesIn } from "./sources.ts";

const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a path of one machine", /(?<![\w.])\/(?:work|root|home\/\w+|Users\/\w+)\//],
  ["a package registry's host", /registry[.](?:npmjs|yarnpkg)|https?:\/\/(?:registry|npm)[.]/],
  ["a download address", /"resolved": "[h]ttp/],
  ["a switched-off rule", /(?:oxlint|eslint)-disable|@ts-(?:ignore|nocheck)/],
];

export function check(root: string): readonly string[] {
  return filesIn(root).flatMap((path) => {
    const lines = readFileSync(`${root}/${path}`, "utf8").split("\n");
    return lines.flatMap((line, index) =>
      forbidden
        .filter(([, pattern]) => pattern.test(line))
        .map(([what]) => `${path}:${index + 1}: ${what}`),
    );
  });
}
