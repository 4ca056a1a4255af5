// How each language of a fenced block is read. A block in none of them is refused: nobody would
// notice when it no longer works.
import { spawnSync } from "node:child_process";
import { parse as parseHtml } from "parse5";
import { parseAllDocuments } from "yaml";

/** Complains about a block by throwing. */
type Reader = (text: string) => void;

/** Languages that are read as they stand, by a parser of their own. */
export const readers: Readonly<Record<string, Reader>> = {
  json: (text) => void JSON.parse(text),
  yaml: readYaml,
  html: readHtml,
  sh: readShell,
};

/** Languages that take more than a parser: a compiler, a browser, a server. */
export const elsewhere: readonly string[] = ["ts", "mermaid", "sql", "nginx"];

/** What cannot run and has no form to be held to. */
export const plain = "text";

function readYaml(text: string): void {
  const faults = parseAllDocuments(text).flatMap((document) => document.errors);
  if (faults[0] !== undefined) throw faults[0];
}

function readHtml(text: string): void {
  const faults: string[] = [];
  const onParseError = ({ code, startLine }: { code: string; startLine: number }): void => {
    // A fragment is no whole document.
    if (code !== "missing-doctype") faults.push(`line ${startLine}: ${code}`);
  };
  parseHtml(text, { onParseError });
  if (faults.length > 0) throw new SyntaxError(faults.join("\n"));
}

function readShell(text: string): void {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
  if (status !== 0) throw new SyntaxError(stderr);
}
