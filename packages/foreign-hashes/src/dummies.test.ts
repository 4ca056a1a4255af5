import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { givenByCore } from "../test/core-hasher.ts";
import { dummies } from "./dummies.ts";
import { foreignHashes } from "./foreign-hashes.ts";
import { defaultHeaviest } from "./heaviest-work.ts";
import { readHash } from "./read-hash.ts";
import { nameOfWork } from "./work.ts";

const secrets = { bcryptPepper: "", springPbkdf2Secret: "" };
const kinds = {
  $2b$04: 10,
  "$pbkdf2-sha256$i=1000,l=32": 60,
  "$pbkdf2-sha1$i=500,l=512": 5,
  "$scrypt$ln=4,r=8,p=1": 5,
  "$argon2id$v=19$m=64,t=1,p=2": 10,
  own: 10,
};
const { own, pool } = givenByCore({ concurrency: 2, queue: 100 });
const hasher = foreignHashes({ inUse: kinds })(own, pool);
const seedOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();

function kindOf(stored: string): string {
  if (!own.needsRehash(stored)) return "own";
  const work = readHash(stored, secrets)?.work;
  return work === undefined ? "unreadable" : nameOfWork(work);
}

describe("dummy", () => {
  it("is of each kind in use as often as that kind is stored", () => {
    const drawn = Array.from({ length: 4000 }, (_, n) => kindOf(hasher.dummy(seedOf(`${n}`))));
    expect(new Set(drawn)).toEqual(new Set(Object.keys(kinds)));
    for (const [kind, share] of Object.entries(kinds)) {
      const percent = drawn.filter((one) => one === kind).length / 40;
      // The seeds are fixed: this is no gamble. Four standard deviations of the commonest are 3.1.
      expect(Math.abs(percent - share)).toBeLessThan(3.1);
    }
  });

  it("is the same for the same seed, in every process, and another for another", () => {
    const again = foreignHashes({ inUse: kinds })(own, pool);
    for (const name of ["ada", "bob", "eve"]) {
      expect(again.dummy(seedOf(name))).toBe(hasher.dummy(seedOf(name).slice()));
    }
    expect(hasher.dummy(seedOf("ada"))).not.toBe(hasher.dummy(seedOf("bob")));
    expect(dummies({ own: 1 }, defaultHeaviest).choose(seedOf("ada"))).toBeNull();
  });

  it("costs what a real hash of its kind costs: the same work, one job, the same lengths", async () => {
    const jobs: number[] = [];
    const counted = foreignHashes({ inUse: { ...kinds, own: 0 } })(own, {
      run(job) {
        jobs.push(1);
        return pool.run(job);
      },
    });
    const real = "$pbkdf2-sha256$i=1000,l=32$c29tZXNhbHRzb21lc2FsdA$" + "A".repeat(43);
    const drawn = Array.from({ length: 200 }, (_, n) => counted.dummy(seedOf(`${n}`)));
    const alike = drawn.filter((stored) => kindOf(stored) === "$pbkdf2-sha256$i=1000,l=32");
    expect(alike.length).toBeGreaterThan(50);
    for (const stored of alike) expect(stored).toHaveLength(real.length);
    for (const stored of drawn) await counted.verify(stored, "whatever");
    expect(jobs).toHaveLength(200);
  });

  it("is matched by no password, not even by its own text or seed", async () => {
    for (let time = 0; time < 60; time += 1) {
      const seed = randomBytes(32);
      const stored = hasher.dummy(seed);
      for (const guess of ["", "password", stored, seed.toString("latin1")]) {
        await expect(hasher.verify(stored, guess)).resolves.toBe(false);
      }
    }
  });
});
