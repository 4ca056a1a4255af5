#!/usr/bin/env node
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { isAuthError } from "@latchkey/core";
import type { ImportRules } from "./import/candidate.ts";
import { countKinds } from "./import/count-kinds.ts";
import { fieldMap, systemNames } from "./import/fields.ts";
import { importLines, type LineReport } from "./import/import-lines.ts";

const usage = `latchkey-import <file of JSON lines, or -> --from <system> [--write] [--url postgres://…]
latchkey-import count [--url postgres://…]

  Imports users of another system, one JSON object a line, and tells of each line what became of it.
  Writes nothing without --write. May be started again: who is there already stays as they are.
  "count" tells which kinds of password hashes are stored, for the option inUse.

  --from              ${systemNames.join(", ")}
  --map               field=column,… where columns have other names
  --assume-verified   rows that say nothing of it have a proven email
  --without-password  unverified,unreadable: such rows come in without their password
  --make-tags         a tag that is none, or is taken, is replaced by a made one
  --locale            language of mails where rows name none: en, ru (en)
  --source            tells the ids of two systems of one kind apart (what --from says)
  --schema            schema of the tables (latchkey)

The database's address is --url or the environment's POSTGRES_URL. Needs the packages
"@latchkey/store-postgres" and "pg". Ends with 1 where a line was refused.
`;

const options = {
  from: { type: "string" },
  map: { type: "string" },
  source: { type: "string" },
  locale: { type: "string" },
  "assume-verified": { type: "boolean" },
  "without-password": { type: "string" },
  "make-tags": { type: "boolean" },
  write: { type: "boolean" },
  url: { type: "string" },
  schema: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

function rulesFrom(values: Values): ImportRules {
  const { from = "", locale = "en" } = values;
  const without = new Set((values["without-password"] ?? "").split(",").filter(Boolean));
  const [unverified, unreadable] = ["unverified", "unreadable"].map((name) => without.delete(name));
  if (without.size > 0) throw new TypeError("--without-password: unverified, unreadable or both");
  if (locale !== "en" && locale !== "ru") throw new TypeError("--locale: en or ru");
  return {
    map: fieldMap(from, values.map),
    source: values.source ?? from,
    locale,
    assumeVerified: values["assume-verified"] === true,
    withoutPassword: { unverified: unverified === true, unreadable: unreadable === true },
    makeTags: values["make-tags"] === true,
    now: new Date(),
  };
}

async function openDatabase(url: string | undefined) {
  if (url === undefined) throw new Error("say where: --url postgres://…, or POSTGRES_URL");
  const missing = (name: string) => (cause: unknown) => {
    throw new Error(`the package "${name}" is missing: npm install ${name}`, { cause });
  };
  const { default: pg } = await import("pg").catch(missing("pg"));
  const store = await import("@latchkey/store-postgres").catch(missing("@latchkey/store-postgres"));
  const settings = { connectionString: url, max: 2, connectionTimeoutMillis: 5000 };
  return { ...store, pool: store.guardPool(new pg.Pool(settings)) };
}

const write = (text: string): unknown => process.stdout.write(text);
const tell = (text: string): unknown => process.stderr.write(`${text}\n`);

async function runImport(file: string, values: Values): Promise<void> {
  const rules = rulesFrom(values);
  const { schema, write: isWriting = false } = values;
  const { pool, importUsers } = await openDatabase(values.url ?? process.env["POSTGRES_URL"]);
  const totals = { imported: 0, withoutPassword: 0, present: 0, refused: 0 };
  const kinds = new Map<string, number>();
  const count = ({ outcome, password }: LineReport, kind: string | null): void => {
    totals[outcome] += 1;
    if (password === false) totals.withoutPassword += 1;
    if (kind !== null) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  };
  try {
    const lines =
      file === "-" ? createInterface({ input: process.stdin }) : (await open(file)).readLines();
    const dryRun = !isWriting;
    const reports = importLines(lines, rules, (users) =>
      importUsers(pool, users, { schema, dryRun }),
    );
    for await (const { report, kind } of reports) {
      write(`${JSON.stringify(report)}\n`);
      count(report, kind);
    }
  } finally {
    await pool.end();
  }
  const { imported, withoutPassword, present, refused } = totals;
  tell(
    `${imported} imported (${withoutPassword} without a password), ${present} present, ${refused} refused`,
  );
  if (kinds.size > 0) tell(`kinds of hashes: ${JSON.stringify(Object.fromEntries(kinds))}`);
  if (!isWriting) tell("nothing was written: --write does it");
  if (refused > 0) process.exitCode = 1;
}

async function runCount({ url, schema }: Values): Promise<void> {
  const { pool, storedHashes } = await openDatabase(url ?? process.env["POSTGRES_URL"]);
  try {
    const { kinds, unreadable } = await countKinds(storedHashes(pool, { schema }));
    write(`${JSON.stringify(kinds)}\n`);
    if (unreadable > 0) tell(`${unreadable} of no known form: they match no password`);
  } finally {
    await pool.end();
  }
}

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [what, ...rest] = positionals;
  if (values.help === true) write(usage);
  else if (what === undefined || rest.length > 0) throw new Error(usage);
  else await (what === "count" ? runCount(values) : runImport(what, values));
} catch (error) {
  // What is behind `store_unavailable` is for whoever stands at this console.
  const told = isAuthError(error) ? error.cause : error;
  tell(told instanceof Error ? told.message : String(told));
  process.exitCode = 2;
}
