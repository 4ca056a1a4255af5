// Everybody side by side, each in a process of its own, in turns. `npm run bench -- [--quick]
// [--rounds 5] [--seconds 1.5] [--flows "authenticate; renew"] [--write]`
import { loadavg } from "node:os";
import { startPostgres } from "../../tools/services/postgres.ts";
import { startRedis } from "../../tools/services/redis.ts";
import { chartOf } from "./chart.ts";
import { names, plans, type Name } from "./contestants.ts";
import { measureAll } from "./measure.ts";
import { ratiosOf } from "./ratios.ts";
import { startChild, type Child } from "./processes.ts";
import { readSettings } from "./settings.ts";
import { reachedTable, tablesOf } from "./tables.ts";

const settings = readSettings(process.argv.slice(2));
const needed = names
  .filter((name) => settings.flows.some((flow) => plans[flow].of.includes(name)))
  .filter((name) => settings.only?.includes(name) ?? true);
const [load = 0] = loadavg();
console.log(`load average before: ${load.toFixed(1)}`);

const postgres = await startPostgres();
const redis = await startRedis();
const sender = await startChild("../load/main.ts", []);
const children = new Map<Name, Child>();
try {
  for (const [index, name] of needed.entries()) {
    const places = [await postgres.createDatabase(), `${redis.url}/${index}`];
    children.set(name, await startChild("server.ts", [name, ...places], settings.profileFolder));
  }
  const results = await measureAll(settings, children, sender);
  console.log(tablesOf(results));
  console.log(reachedTable(ratiosOf(results)));
  void chartOf;
} finally {
  for (const child of [sender, ...children.values()]) await child.end();
  await redis.stop();
  await postgres.stop();
}
