#!/usr/bin/env node
import { parseArgs } from "node:util";
import { isAuthError } from "@latchkey/core";
import type { PoolLike } from "./database.ts";
import { migrate, migrationScript, migrationStatus } from "./migrate.ts";

const usage = `latchkey-migrate <command> [--url postgres://…] [--schema latchkey]

  status  which migrations were applied, and which are missing
  up      applies those that are missing, all or none
  print   writes the whole SQL, for a tool of your own; needs no database

The database's address is --url or the environment's POSTGRES_URL. Needs the package "pg".
`;

interface ClosablePool extends PoolLike {
  on(event: "error", listener: () => void): unknown;
  end(): Promise<void>;
}

async function openPool(url: string | undefined): Promise<ClosablePool> {
  if (url === undefined) throw new Error("say where: --url postgres://…, or POSTGRES_URL");
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    throw new Error('the package "pg" is missing: npm install pg', { cause });
  });
  const settings = { connectionString: url, max: 1, connectionTimeoutMillis: 5000 };
  const pool: ClosablePool = new pg.Pool(settings);
  // Lost while idle: the next statement says so.
  pool.on("error", () => undefined);
  return pool;
}

async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: "string" },
      schema: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help === true) return usage;
  if (command === "print" && rest.length === 0) return migrationScript({ schema: values.schema });
  if ((command !== "status" && command !== "up") || rest.length > 0) throw new Error(usage);

  const pool = await openPool(values.url ?? process.env["POSTGRES_URL"]);
  try {
    const work = command === "up" ? migrate : migrationStatus;
    const migrations = await work(pool, { schema: values.schema });
    if (migrations.length === 0) return "nothing is missing\n";
    return migrations
      .map(
        ({ version, name, applied }) => `${version} ${name}: ${applied ? "applied" : "missing"}\n`,
      )
      .join("");
  } finally {
    await pool.end();
  }
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  // What is behind `store_unavailable` is for whoever stands at this console.
  const told = isAuthError(error) ? error.cause : error;
  process.stderr.write(`${told instanceof Error ? told.message : String(told)}\n`);
  process.exitCode = 1;
}
