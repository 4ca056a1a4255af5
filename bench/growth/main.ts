// Whether anything gets slower with the number of users and sessions. `npm run bench:growth --
// [--levels 1000,100000,1000000] [--rounds 3] [--seconds 1.5] [--write]`
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { migrate } from "@latchkey/store-postgres";
import { argon2Hasher } from "../../packages/core/src/passwords/argon2-hasher.ts";
import { systemRandom } from "../../packages/core/src/system.ts";
import { startPostgres } from "../../tools/services/postgres.ts";
import { startRedis } from "../../tools/services/redis.ts";
import { argon2, password } from "../flows/contestants/contestant.ts";
import { machine, writeInto } from "../flows/document.ts";
import { measure, type Measured } from "../flows/measure.ts";
import type { Flow } from "../flows/messages.ts";
import { short, shown, shuffled, spreadOf } from "../flows/numbers.ts";
import { startChild, type Child } from "../flows/processes.ts";
import { isVoid } from "../flows/ratios.ts";
import { table } from "../flows/tables.ts";
import { addPeople, addSessions } from "./fill.ts";

const { values } = parseArgs({
  options: {
    levels: { type: "string", default: "1000,100000,1000000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "1.5" },
    write: { type: "boolean", default: false },
  },
});
const levels = values.levels.split(",").map(Number);
const measuredFlows: readonly Flow[] = [
  ...(["authenticate", "login", "renew", "register", "forgot", "logout"] as const),
];
const [loadBefore = 0] = loadavg();

const postgres = await startPostgres();
const redis = await startRedis();
const sender = await startChild("../load/main.ts", []);
const hasher = argon2Hasher({ ...argon2, concurrency: 1, queue: 1, random: systemRandom });
const passwordHash = await hasher.hash(password);
const servers = new Map<number, Child>();
for (const [index, level] of levels.entries()) {
  const places = [await postgres.createDatabase(), `${redis.url}/${index}`] as const;
  const pool = new Pool({ connectionString: places[0], max: 2 });
  const client = new Redis(places[1]);
  await migrate(pool);
  await addPeople(pool, level, passwordHash);
  await addSessions(pool, client);
  await pool.end();
  client.disconnect();
  servers.set(level, await startChild("server.ts", ["Latchkey on Fastify", ...places]));
  console.log(`${level} users with a session each are there`);
}

const results = new Map<Flow, Map<number, Measured[]>>();
for (const flow of measuredFlows) {
  const ofFlow = new Map<number, Measured[]>();
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [level, child] of shuffled([...servers])) {
      const measured = await measure(flow, child, sender, Number(values.seconds));
      if (round > 0) ofFlow.set(level, [...(ofFlow.get(level) ?? []), measured]);
    }
  }
  results.set(flow, ofFlow);
}

const [least = 0] = levels;
const ratio = (flow: Flow, level: number, key: "perSecond" | "cpuMicroseconds"): string => {
  const [ones, others] = [results.get(flow)?.get(level) ?? [], results.get(flow)?.get(least) ?? []];
  if ([...ones, ...others].some(isVoid)) return "void";
  return shown(spreadOf(ones.map((one, round) => one[key] / (others[round]?.[key] ?? NaN))));
};
const further = levels.slice(1);
const text = `${table(
  [
    "",
    `requests/s at ${short(least)} users`,
    ...further.flatMap((level) => [`rate at ${short(level)}`, `CPU at ${short(level)}`]),
  ],
  measuredFlows.map((flow) => [
    flow,
    shown(spreadOf((results.get(flow)?.get(least) ?? []).map(({ perSecond }) => perSecond))),
    ...further.flatMap((level) => [
      ratio(flow, level, "perSecond"),
      ratio(flow, level, "cpuMicroseconds"),
    ]),
  ]),
)}\n\nRelative to ${short(least)} users in the same round; a rate of at least 0.85 was to be reached. Measured on: ${machine(loadBefore, [])}.`;
console.log(text);
if (values.write) writeInto("growth", text);

for (const child of [sender, ...servers.values()]) await child.end();
await redis.stop();
await postgres.stop();
