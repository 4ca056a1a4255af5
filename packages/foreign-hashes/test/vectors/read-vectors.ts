import { readFileSync } from "node:fs";

/** A hash that another system made, and what it was made of. */
export interface Vector {
  readonly form: string;
  readonly password: string;
  readonly stored: string;
  /** What the system was told to add to passwords. */
  readonly pepper?: string | null;
}

const files = ["better-auth", "devise", "django", "passlib", "spring"];

export const vectors: readonly Vector[] = files.flatMap((name) =>
  readFileSync(new URL(`${name}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Vector),
);
