import type { Argon2Work, ScryptWork, Work } from "./work.ts";

/** The most that one stored hash may ask for. */
export interface HeaviestWork {
  /** Memory of argon2 or scrypt, in MiB (256). As many of them at once as `passwords.concurrency`. */
  readonly memoryMiB: number;
  /** That memory times argon2's passes or scrypt's `p`, in MiB (768). */
  readonly memoryPassesMiB: number;
  /** Cost of bcrypt (15). */
  readonly bcryptCost: number;
  /** Iterations of PBKDF2, counted again for each further digest it derives (4,000,000). */
  readonly pbkdf2Iterations: number;
}

/** Above all that the systems write by themselves, and a few seconds at most. */
export const defaultHeaviest: HeaviestWork = {
  memoryMiB: 256,
  memoryPassesMiB: 768,
  bcryptCost: 15,
  pbkdf2Iterations: 4_000_000,
};

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** What is too much about a work, in words that name no hash; null where nothing is. */
export function excessOf(work: Work, heaviest: HeaviestWork): string | null {
  const over = (what: string, asked: number, most: number): string | null =>
    asked > most ? `${what} ${asked}, ${most} is the most` : null;
  switch (work.kind) {
    case "argon2":
    case "scrypt": {
      const { memory, passes } = memoryOf(work);
      return (
        over(`${work.kind}: memory in MiB`, Math.floor(memory), heaviest.memoryMiB) ??
        over(`${work.kind}: memory in MiB times passes`, passes, heaviest.memoryPassesMiB)
      );
    }
    case "bcrypt":
      return over("bcrypt: cost", work.cost, heaviest.bcryptCost);
    case "pbkdf2": {
      const blocks = Math.ceil(work.length / digestBytes[work.digest]);
      return over("pbkdf2: iterations", work.iterations * blocks, heaviest.pbkdf2Iterations);
    }
  }
}

/** In MiB: what is held at once, and what is gone through in all. */
function memoryOf(work: Argon2Work | ScryptWork): { memory: number; passes: number } {
  if (work.kind === "argon2") {
    const memory = work.memoryKiB / 1024;
    return { memory, passes: memory * work.passes };
  }
  const { ln, r, p } = work;
  const block = (128 * r) / 1024 / 1024;
  // One of the p is mixed at a time, but all of them are held.
  return { memory: block * (2 ** ln + p), passes: block * 2 ** ln * p };
}

/** @throws TypeError for what bounds nothing */
export function resolveHeaviest(given: Partial<HeaviestWork> = {}): HeaviestWork {
  const heaviest = { ...defaultHeaviest, ...given };
  for (const [name, value] of Object.entries(heaviest)) {
    if (!Object.hasOwn(defaultHeaviest, name))
      throw new TypeError(`heaviest.${name}: no such bound`);
    if (!Number.isFinite(value) || value <= 0) {
      throw new TypeError(`heaviest.${name}: give a number above zero, not ${value}`);
    }
  }
  return heaviest;
}
