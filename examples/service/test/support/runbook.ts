// docs/operations.md, taken at its word.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { root } from "./process.ts";

const page = readFileSync(`${root}docs/operations.md`, "utf8");

/** Blocks of a language, in order, without the indent of the list they stand in. */
function blocks(language: string): readonly { readonly before: string; readonly text: string }[] {
  const form = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm");
  return [...page.matchAll(form)].map(({ index, 1: indent = "", 2: text = "" }) => ({
    before: page.slice(0, index).trimEnd().split("\n").at(-1)?.trim() ?? "",
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

export const shellBlocks: readonly string[] = blocks("sh").map(({ text }) => text);
export const jsonBlocks: readonly string[] = blocks("json").map(({ text }) => text);

/** What the page has to say to the database, by the name in the mark before it. */
export const statements: ReadonlyMap<string, string> = new Map(
  blocks("sql").map(({ before, text }) => [
    /^<!-- sql: (.+) -->$/.exec(before)?.[1] ?? `no name: ${text}`,
    text,
  ]),
);

/** Does to a database what the page says. Answers the rows of the last statement. */
export async function doAsWritten(url: string, name: string): Promise<readonly unknown[]> {
  const text = statements.get(name);
  if (text === undefined) throw new Error(`docs/operations.md has no sql: ${name}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const answer: unknown = await client.query(text);
    const last = [answer].flat().at(-1) as { readonly rows: readonly unknown[] };
    return last.rows;
  } finally {
    await client.end();
  }
}

/** What a block prints, run in a folder as it is. */
export async function runAsWritten(block: string, folder: string): Promise<string> {
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
  const options = { cwd: folder, env };
  return (await promisify(execFile)("sh", ["-euc", block], options)).stdout;
}
