#!/usr/bin/env node
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cancel, intro, isCancel, outro, select } from "@clack/prompts";
import { answerOf, type Answers, type Given, questions } from "./answers.ts";
import { nameFor, requireEmpty, writeFiles } from "./folder.ts";
import { projectFiles } from "./project.ts";

const defaultFolder = "latchkey-app";

const flags = Object.entries(questions)
  .map(([name, { choices }]) => `  --${name} ${choices.map(({ value }) => value).join(" | ")}`)
  .join("\n");

const usage = `npm create latchkey [folder] [-- options]

Writes a project with accounts into a new or empty folder (${defaultFolder}).

${flags}
  --yes, -y      asks nothing: the first of each for what is not said
  --version, -v  the version of this program, and of the packages it writes down
  --help, -h     this
`;

async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      framework: { type: "string" },
      stores: { type: "string" },
      language: { type: "string" },
      yes: { type: "boolean", short: "y" },
      version: { type: "boolean", short: "v" },
      help: { type: "boolean", short: "h" },
    },
  });
  const version = ownVersion();
  if (values.help === true) return usage;
  if (values.version === true) return `${version}\n`;
  const [folder = defaultFolder, ...more] = positionals;
  if (more.length > 0) throw new Error(`one folder at a time, not also: ${more.join(" ")}`);
  // Before anybody is asked anything.
  requireEmpty(folder);
  const answers = await answered(values, values.yes === true);
  const secret = randomBytes(32).toString("base64url");
  writeFiles(folder, projectFiles(answers, { name: nameFor(folder), version, secret }));
  const way = relative(process.cwd(), resolve(folder));
  const enter = way === "" ? "" : `cd ${way.includes(" ") ? `"${way}"` : way} && `;
  return `Written. What comes next (README.md says more):\n\n  ${enter}npm install && npm start\n`;
}

async function answered(given: Given, yes: boolean): Promise<Answers> {
  // Whatever is wrong with a flag is said before the first question.
  const framework = answerOf("framework", given);
  const stores = answerOf("stores", given);
  const language = answerOf("language", given);
  const complete = framework !== undefined && stores !== undefined && language !== undefined;
  if (!yes && !complete) {
    if (!process.stdin.isTTY || !process.stdout.isTTY) {
      throw new Error("nobody is there to ask: add --yes, or --framework --stores --language");
    }
    intro("Latchkey");
  }
  const answers: Answers = {
    framework: framework ?? (await ask("framework", yes)),
    stores: stores ?? (await ask("stores", yes)),
    language: language ?? (await ask("language", yes)),
  };
  if (!yes && !complete) outro("That is all.");
  return answers;
}

async function ask<Name extends keyof Answers>(name: Name, yes: boolean): Promise<Answers[Name]> {
  const { message, choices } = questions[name];
  if (yes) return choices[0].value;
  const options = choices.map(({ value, label }) => ({ value: value as string, label }));
  const chosen = await select({ message, options });
  if (isCancel(chosen)) {
    cancel("Nothing was written.");
    throw new Error("stopped");
  }
  return answerOf(name, { [name]: chosen }) ?? choices[0].value;
}

function ownVersion(): string {
  const path = join(import.meta.dirname, "..", "package.json");
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return version;
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
