// Of several threads: asks for the secrets of fresh folders, all at once with the others or (the
// watching one) in the very moment in which a file appears.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { keptSecret } from "../../src/secret.ts";

const { folder, rounds, gate, threads, watches, answer } = workerData as {
  folder: string;
  rounds: number;
  gate: SharedArrayBuffer;
  threads: number;
  watches: boolean;
  answer: string;
};
const isTurn = (dataDir: string): boolean => !watches || existsSync(join(dataDir, "secret"));
const arrived = new Int32Array(gate);
const secrets: string[] = [];
for (let round = 0; round < rounds; round += 1) {
  const dataDir = join(folder, String(round));
  mkdirSync(dataDir, { recursive: true });
  Atomics.add(arrived, round, 1);
  while (Atomics.load(arrived, round) < threads);
  while (!isTurn(dataDir));
  secrets.push(keptSecret(dataDir).secret);
}
writeFileSync(answer, JSON.stringify(secrets));
