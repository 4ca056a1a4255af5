import { argon2Hasher } from "../../../packages/core/src/passwords/argon2-hasher.ts";
import { hashConcurrency, systemRandom } from "../../../packages/core/src/system.ts";
import { argon2, password } from "./contestant.ts";

const hasher = argon2Hasher({
  ...{ ...argon2, concurrency: hashConcurrency(), queue: 50, random: systemRandom },
});

/** Verifies one password over and over, and how often that was done. */
export async function verifyFor(seconds: number, inFlight: number): Promise<number> {
  const stored = await hasher.hash(password);
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      await hasher.verify(stored, password);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return count;
}
