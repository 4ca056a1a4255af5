import { createHash } from "node:crypto";
import { base64, bcryptBase64 } from "./encodings.ts";
import { type HeaviestWork, excessOf } from "./heaviest-work.ts";
import { readHash } from "./read-hash.ts";
import { nameOfWork, type Work } from "./work.ts";

/** What stands for core's own hashes of today among the kinds in use. */
export const ownKind = "own";

/**
 * Kinds of work by name, with how many users each has; `own` are those already hashed by core. Only
 * the proportions matter.
 */
export type InUse = Readonly<Record<string, number>>;

/** Chooses among the kinds in use as often as they are used, always the same for one seed. */
export interface Dummies {
  /** Null where it is core's own turn. */
  choose(seed: Uint8Array): string | null;
}

/** @throws TypeError for names that are no kind of work, too heavy, or numbers that are no counts */
export function dummies(inUse: InUse, heaviest: HeaviestWork): Dummies {
  const kinds: { readonly work: Work | null; readonly upTo: number }[] = [];
  let total = 0;
  for (const [name, count] of Object.entries(inUse)) {
    if (!Number.isFinite(count) || count < 0) {
      throw new TypeError(`inUse: ${name}: give the number of users, not ${count}`);
    }
    total += count;
    kinds.push({ work: name === ownKind ? null : workNamed(name, heaviest), upTo: total });
  }
  if (total <= 0) {
    throw new TypeError("inUse: say which kinds of hashes are stored: `latchkey-import count`");
  }
  return {
    choose(seed) {
      const drawn = createHash("sha256").update("latchkey dummy kind\0").update(seed).digest();
      // 48 bits: more than anybody has users, and exact in a number.
      const at = (drawn.readUIntBE(0, 6) / 2 ** 48) * total;
      const { work = null } = kinds.find(({ upTo }) => at < upTo) ?? {};
      return work === null ? null : dummyOf(work, seed);
    },
  };
}

const saltBytes = 16;

/** Salt and digest are drawn, not computed: to match, a password would have to be a preimage. */
function dummyOf(work: Work, seed: Uint8Array): string {
  const digestBytes = digestBytesOf(work);
  const drawn = createHash("shake256", { outputLength: saltBytes + digestBytes })
    .update("latchkey foreign dummy\0")
    .update(seed)
    .digest();
  return hashOf(nameOfWork(work), drawn.subarray(0, saltBytes), drawn.subarray(saltBytes));
}

function hashOf(name: string, salt: Uint8Array, digest: Uint8Array): string {
  return name.startsWith("$2")
    ? `${name}$${bcryptBase64.encode(salt)}${bcryptBase64.encode(digest)}`
    : `${name}$${base64.encode(salt)}$${base64.encode(digest)}`;
}

function digestBytesOf(work: Work): number {
  if (work.kind === "bcrypt") return 23;
  return work.kind === "pbkdf2" ? work.length : 32;
}

function workNamed(name: string, heaviest: HeaviestWork): Work {
  // Completed to a hash, it is read as one.
  const length = name.startsWith("$2") ? 23 : Number(/,l=(\d{1,3})$/.exec(name)?.[1] ?? 32);
  const stored = hashOf(name, new Uint8Array(saltBytes), new Uint8Array(length));
  const work = readHash(stored, { bcryptPepper: "", springPbkdf2Secret: "" })?.work;
  if (work === undefined || nameOfWork(work) !== name) {
    throw new TypeError(
      `inUse: ${name}: no kind of hash; take what \`latchkey-import count\` says`,
    );
  }
  const excess = excessOf(work, heaviest);
  if (excess !== null) throw new TypeError(`inUse: ${name}: ${excess}: raise \`heaviest\``);
  return work;
}
