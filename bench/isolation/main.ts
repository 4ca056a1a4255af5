// How long those who are signed in wait while others sign in, and while more try to than there is
// room for. `npm run bench:isolation -- [--seconds 5] [--write]`
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { people } from "../flows/contestants/contestant.ts";
import { machine, writeInto } from "../flows/document.ts";
import type { Answered, Flow, Load, Request } from "../flows/messages.ts";
import { short } from "../flows/numbers.ts";
import { startChild } from "../flows/processes.ts";
import { table } from "../flows/tables.ts";
import { startPostgres } from "../../tools/services/postgres.ts";
import { startRedis } from "../../tools/services/redis.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
/** What signed-in users ask for, a second. */
const rate = 500;
const [loadBefore = 0] = loadavg();

const postgres = await startPostgres();
const redis = await startRedis();
const server = await startChild("server.ts", [
  ...["Latchkey on Fastify", await postgres.createDatabase(), `${redis.url}/0`],
]);
const readers = await startChild("../load/main.ts", []);
const others = await startChild("../load/main.ts", []);
const url = `http://127.0.0.1:${Number(server.greeting)}`;

/** Half of the people read and half sign in: whoever has twenty sessions loses the oldest. */
const prepared = async (flow: Flow, count: number, half: 0 | 1): Promise<readonly Request[]> => {
  const all = await server.ask<readonly Request[]>({ ask: "requests", flow, count });
  return all.filter((_, index) => Math.floor((2 * index) / people) % 2 === half);
};
const reading: Load = {
  ...{ url, connections: 8, seconds, rate, isRenewal: false },
  requests: await prepared("authenticate", people, 0),
};
const logins = await prepared("login", 5 * people, 1);

/** Signed-in users' requests, while so many connections sign in without a pause. */
async function besides(connections: number): Promise<readonly [Answered, Answered | null]> {
  if (connections === 0) return [await readers.ask<Answered>(reading), null];
  const load: Load = { ...reading, connections, seconds: seconds + 1, requests: logins };
  const { rate: _, ...flood } = load;
  const flooding = others.ask<Answered>(flood);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return [await readers.ask<Answered>(reading), await flooding];
}

function rowOf(what: string, [answered, logged]: readonly [Answered, Answered | null]) {
  const { "503": shed = 0, ...unexpected } = logged?.failures ?? {};
  const failures = { ...answered.failures, ...unexpected };
  const isVoid = Object.keys(failures).length > 0;
  return [
    ...[what, short(answered.p50), short(answered.p95), short(answered.p99)],
    logged === null ? "" : short((logged.count - shed) / logged.seconds),
    logged === null ? "" : short(shed / logged.seconds),
    isVoid ? `void: ${JSON.stringify(failures)}` : "",
  ];
}

await besides(16);
const [alone, sixteen, flood] = [await besides(0), await besides(16), await besides(300)];
const text = `${table(
  [
    `authenticate, ${rate}/s, no cache`,
    ...["p50, ms", "p95, ms", "p99, ms", "logins/s", "shed/s (503, Retry-After)", ""],
  ],
  [
    rowOf("alone", alone),
    rowOf("16 logins in flight", sixteen),
    rowOf("300 connections that try to log in", flood),
  ],
)}\n\nTo reach: p50 at most 1 ms with 16 logins (${verdict(sixteen[0].p50 <= 1)}), p95 below 300 ms in the flood (${verdict(flood[0].p95 < 300)}). Measured on: ${machine(loadBefore, [])}.`;
console.log(text);
if (values.write) writeInto("isolation", text);

for (const child of [readers, others, server]) await child.end();
await redis.stop();
await postgres.stop();

function verdict(isMet: boolean): string {
  return isMet ? "met" : "**missed**";
}
