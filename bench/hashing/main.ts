// What a password hash costs, and how much of that is the kernel handing out its memory:
// `npm run bench:hashing -- [--seconds 2] [--rounds 3] [--write]`
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { argon2Hasher } from "../../packages/core/src/passwords/argon2-hasher.ts";
import { systemRandom } from "../../packages/core/src/system.ts";
import { password } from "../flows/contestants/contestant.ts";
import { machine, writeInto } from "../flows/document.ts";
import { shown, shuffled, spreadOf } from "../flows/numbers.ts";
import { table } from "../flows/tables.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});

/** OWASP's equals: one has the memory, the other the passes. */
const parameters = [
  { memoryKiB: 47_104, passes: 1, lanes: 1 },
  { memoryKiB: 19_456, passes: 2, lanes: 1 },
];
const cases = parameters.flatMap((own) => [1, 2].map((atOnce) => ({ ...own, atOnce })));
type Case = (typeof cases)[number];

interface Measured {
  readonly perSecond: number;
  readonly user: number;
  readonly system: number;
}

async function measure({ atOnce, ...own }: Case, seconds: number): Promise<Measured> {
  const hasher = argon2Hasher({ ...own, concurrency: atOnce, queue: 1, random: systemRandom });
  const stored = await hasher.hash(password);
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  const end = startedAt + seconds * 1000;
  let count = 0;
  const one = async (): Promise<void> => {
    for (; performance.now() < end; count += 1) await hasher.verify(stored, password);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const { user, system } = process.cpuUsage(before);
  const took = (performance.now() - startedAt) / 1000;
  return {
    perSecond: count / took,
    user: user / count / 1000,
    system: system / count / 1000,
  };
}

const [loadBefore = 0] = loadavg();
const results = new Map<Case, Measured[]>();
for (let round = 0; round <= Number(values.rounds); round += 1) {
  for (const each of shuffled(cases)) {
    const measured = await measure(each, Number(values.seconds));
    if (round > 0) results.set(each, [...(results.get(each) ?? []), measured]);
  }
}
const rows = cases.map((each) => {
  const of = (key: keyof Measured): string =>
    shown(spreadOf((results.get(each) ?? []).map((measured) => measured[key])));
  const { memoryKiB, passes, atOnce } = each;
  return [`${memoryKiB} KiB, t=${passes}`, `${atOnce}`, of("perSecond"), of("user"), of("system")];
});
const head = ["argon2id", "at once", "hashes/s", "its own CPU, ms", "the kernel's, ms"];
const text = `${table(head, rows)}\n\nMeasured on: ${machine(loadBefore, [])}.`;
console.log(text);
if (values.write) writeInto("hashing", text);
