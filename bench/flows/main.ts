// Everybody side by side, each in a process of its own, in turns. `npm run bench -- [--quick]
// [--rounds 5] [--seconds 2] [--flows "authenticate; renew"] [--only "by hand"] [--write]`
import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { startPostgres } from "../../tools/services/postgres.ts";
import { command, startRedis } from "../../tools/services/redis.ts";
import { chartOf } from "./chart.ts";
import { names, plans, type Name } from "./contestants.ts";
import { machine, writeChart, writeInto } from "./document.ts";
import { measureAll } from "./measure.ts";
import { ratiosOf } from "./ratios.ts";
import { startChild, type Child } from "./processes.ts";
import { readSettings } from "./settings.ts";
import { reachedTable, tablesOf } from "./tables.ts";

const settings = readSettings(process.argv.slice(2));
const needed = names
  .filter((name) => settings.flows.some((flow) => plans[flow].of.includes(name)))
  .filter((name) => settings.only?.includes(name) ?? true);
const [loadBefore = 0] = loadavg();

const postgres = await startPostgres();
const redis = await startRedis();
const versions = [await postgresVersion(postgres.url), await redisVersion(redis.url)];
const sender = await startChild("../load/main.ts", []);
const children = new Map<Name, Child>();
try {
  for (const [index, name] of needed.entries()) {
    const places = [await postgres.createDatabase(), `${redis.url}/${index}`];
    const child = await startChild("server.ts", [name, ...places], settings.profileFolder);
    children.set(name, child);
  }
  const results = await measureAll(settings, children, sender);
  const where = machine(loadBefore, versions);
  const how = `${settings.rounds} rounds of ${settings.seconds} s after one or four to warm up`;
  const tables = `${tablesOf(results)}\n\nMeasured on: ${where}. ${how}.`;
  const ratios = reachedTable(ratiosOf(results));
  console.log(`\n${tables}\n\n${ratios}`);
  if (settings.isWriting) {
    writeInto("flows", tables);
    writeInto("ratios", ratios);
    writeChart(chartOf(results));
  }
} finally {
  for (const child of [sender, ...children.values()]) await child.end();
  await redis.stop();
  await postgres.stop();
}

// What else stands on the page and takes no longer than a minute.
if (settings.isWriting) {
  for (const file of ["../isolation/main.ts", "../memory/main.ts"]) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    execFileSync(process.execPath, [...process.execArgv, path, "--write"], { stdio: "inherit" });
  }
}

async function postgresVersion(url: string): Promise<string> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  await client.end();
  return `Postgres ${rows[0]?.server_version ?? ""}`;
}

async function redisVersion(url: string): Promise<string> {
  const info = String(await command(url, "INFO", "server"));
  return `Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? ""}`;
}
