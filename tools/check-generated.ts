// Protects readers of docs/: what a page says of the sources is what the sources say today.
import { readFileSync } from "node:fs";
import { withPart, type GeneratedPart } from "./generated/part.ts";
import { parts } from "./generated/parts.ts";

/** What is wrong with one part; null where it is as the sources have it. */
export function complaintOf(root: string, part: GeneratedPart): string | null {
  const page = withPart(root, part);
  if (page === null) return `${part.page}: no marks of ${part.mark}`;
  if (page === readFileSync(`${root}/${part.page}`, "utf8")) return null;
  return `${part.page}: ${part.mark} is out of date: npm run docs:generate`;
}

export function check(root: string): readonly string[] {
  return parts.flatMap((part) => complaintOf(root, part) ?? []);
}
