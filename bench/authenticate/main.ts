// What it costs to know whose a request is: the same route with and without, each in a process of
// its own, in turns. `npm run bench:authenticate [rounds] [seconds]`
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { Redis } from "ioredis";
import { signIn } from "../../tools/revocation/people.ts";
import { openAnsweringSessions } from "../../tools/revocation/sessions.ts";
import { startRedis } from "../../tools/services/redis.ts";
import { contestants, type Contestant } from "./contestants.ts";

const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number);
const people = 100;
const connections = 64;

interface Running {
  readonly contestant: Contestant;
  readonly child: ChildProcess;
  readonly port: number;
}

/** One round of one contestant. */
interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  /** The same without what the kernel did, which depends on who else uses the machine. */
  readonly ownMicroseconds: number;
  readonly p50: number;
  readonly p99: number;
}

async function start(contestant: Contestant, redisUrl: string): Promise<Running> {
  const path = fileURLToPath(new URL("server.ts", import.meta.url));
  const child = fork(path, [contestant, redisUrl], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  });
  const [port] = (await once(child, "message")) as [number];
  return { contestant, child, port };
}

async function cpuOf(child: ChildProcess): Promise<NodeJS.CpuUsage> {
  const answered = once(child, "message") as Promise<[NodeJS.CpuUsage]>;
  child.send("cpu");
  const [usage] = await answered;
  return usage;
}

async function measure(
  { contestant, child, port }: Running,
  tokens: readonly string[],
  duration: number,
): Promise<Measured> {
  // The same headers for everybody: what differs is what is done with them.
  const requests = tokens.map((token) => ({
    path: "/notes/1",
    headers: { authorization: `Bearer ${token}`, "user-agent": "bench", accept: "*/*" },
  }));
  const before = await cpuOf(child);
  const url = `http://127.0.0.1:${port}`;
  const result = await autocannon({ url, connections, duration, requests });
  const after = await cpuOf(child);
  const own = after.user - before.user;
  if (result.non2xx + result.errors + result.timeouts > 0) {
    throw new Error(`${contestant}: ${result.non2xx + result.errors} requests failed`);
  }
  return {
    perSecond: result.requests.total / result.duration,
    cpuMicroseconds: (own + after.system - before.system) / result.requests.total,
    ownMicroseconds: own / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const redis = await startRedis();
const stored = await openAnsweringSessions("redis", redis.url);
const signedIn = await Promise.all(Array.from({ length: people }, () => signIn(stored.sessions)));
const client = new Redis(redis.url);
for (const { session } of signedIn) await client.set(`bench:${session.id}`, "1");
const tokens = signedIn.map(({ token }) => token);
const running: Running[] = [];
for (const contestant of contestants) running.push(await start(contestant, redis.url));

const measured = new Map<Contestant, Measured[]>();
for (let round = 0; round <= rounds; round += 1) {
  for (const one of running) {
    const result = await measure(one, tokens, seconds);
    // The first round warms up.
    if (round > 0) measured.set(one.contestant, [...(measured.get(one.contestant) ?? []), result]);
  }
}

const of = (contestant: Contestant, key: keyof Measured): number =>
  median((measured.get(contestant) ?? []).map((result) => result[key]));
console.table(
  Object.fromEntries(
    contestants.map((contestant) => {
      const rates = (measured.get(contestant) ?? []).map(({ perSecond }) => perSecond);
      const spread = (Math.max(...rates) - Math.min(...rates)) / of(contestant, "perSecond");
      const row = {
        "req/s": Math.round(of(contestant, "perSecond")),
        "spread %": Math.round(100 * spread),
        "CPU µs": Number(of(contestant, "cpuMicroseconds").toFixed(1)),
        "own CPU µs": Number(of(contestant, "ownMicroseconds").toFixed(1)),
        "p50 ms": of(contestant, "p50"),
        "p99 ms": of(contestant, "p99"),
      };
      return [contestant, row];
    }),
  ),
);

/** The median over the rounds of one's share of the other in the same round. */
function ratio(one: Contestant, other: Contestant, key: keyof Measured): string {
  const [ones = [], others = []] = [measured.get(one), measured.get(other)];
  const shares = ones.map((result, round) => result[key] / (others[round]?.[key] ?? Number.NaN));
  return `${median(shares).toFixed(2)} (${shares.map((share) => share.toFixed(2)).join(" ")})`;
}
const comparisons = [
  ["fastify, near cache", "fastify", "perSecond", "at least 0.9"],
  ["fastify, near cache", "fastify", "cpuMicroseconds", "at most 1.11"],
  ["fastify, near cache", "fastify", "ownMicroseconds", "at most 1.11"],
  ["express, near cache", "express", "perSecond", "at least 0.9"],
  ["express, near cache", "express", "ownMicroseconds", "at most 1.11"],
  ["fastify, no cache", "fastify, jose + GET", "cpuMicroseconds", "at most 1.25"],
  ["fastify, no cache", "fastify, jose + GET", "ownMicroseconds", "at most 1.25"],
] as const;
for (const [one, other, key, goal] of comparisons) {
  console.log(`${one} / ${other}, ${key}: ${ratio(one, other, key)}; to reach: ${goal}`);
}

for (const { child } of running) child.disconnect();
client.disconnect();
await stored.close();
await redis.stop();
