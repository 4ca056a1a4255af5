// docs/security-model.md: promises, how they are kept, and the tests by name that show it. A promise
// whose test is renamed or gone is a fault, so that none stands there for nothing.
import { dirname } from "node:path";
import { type Sentence, sentencesOf } from "../documents/sentences.ts";
import type { Generated } from "./generated.ts";
import { codes } from "./promises/codes.ts";
import { passwords } from "./promises/passwords.ts";
import type { Promised } from "./promises/promise.ts";
import { resets } from "./promises/resets.ts";
import { sessions } from "./promises/sessions.ts";
import { strangers } from "./promises/strangers.ts";
import { tokens } from "./promises/tokens.ts";
import { wire } from "./promises/wire.ts";

const root = dirname(dirname(import.meta.dirname));

const chapters: Readonly<Record<string, readonly Promised[]>> = {
  Passwords: passwords,
  "Strangers, and what they learn": strangers,
  "Codes and registrations": codes,
  Resets: resets,
  Tokens: tokens,
  Sessions: sessions,
  "On the wire": wire,
};

export const securityModel: Generated = {
  page: "docs/security-model.md",
  mark: "promises",
  text() {
    const sentences = sentencesOf(root);
    return Object.entries(chapters)
      .map(([title, promises]) => {
        const rows = promises.map((promised) => rowOf(promised, sentences));
        return [
          `## ${title}\n`,
          "| promise | how it is kept | shown by |",
          "| - | - | - |",
          ...rows,
        ].join("\n");
      })
      .join("\n\n");
  },
};

function rowOf({ what, how, shown }: Promised, sentences: readonly Sentence[]): string {
  const tests = shown.map((part) => {
    const found = sentences.find(({ text }) => text.includes(part));
    if (found === undefined) throw new Error(`"${what}": no test is named "${part}"`);
    return `• [${spoken(found.text)}](../${found.file})`;
  });
  return `| ${[what, how, tests.join("<br>")].join(" | ")} |`;
}

/** A test's sentence, without its number and with its blanks shown as such. */
function spoken(sentence: string): string {
  return sentence
    .replace(/^(?:[A-Z]-\d+,? ?)+:? ?/, "")
    .replaceAll(/%\w|\$\w+(?:\.\w+)*/g, "…")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;");
}
