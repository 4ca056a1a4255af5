import { pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { hashRaw } from "@node-rs/argon2";
import { hash as bcryptHash } from "@node-rs/bcrypt";
import { bcryptBase64 } from "./encodings.ts";

export interface Argon2Work {
  readonly kind: "argon2";
  readonly variant: "d" | "i" | "id";
  readonly version: 16 | 19;
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface BcryptWork {
  readonly kind: "bcrypt";
  /** The logarithm of the rounds. */
  readonly cost: number;
}

export interface ScryptWork {
  readonly kind: "scrypt";
  /** The logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface Pbkdf2Work {
  readonly kind: "pbkdf2";
  readonly digest: Pbkdf2Digest;
  readonly iterations: number;
  /** Bytes derived: each further digest of them costs all iterations again. */
  readonly length: number;
}

export type Pbkdf2Digest = "sha1" | "sha256" | "sha512";

/** What has to be done to check a password: the function and all that it costs. */
export type Work = Argon2Work | BcryptWork | ScryptWork | Pbkdf2Work;

const argon2Variants = { d: 0, i: 1, id: 2 } as const;
const argon2Versions = { 16: 0, 19: 1 } as const;

const scryptAsync = promisify(
  (
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem: number },
    done: (error: Error | null, derived: Buffer) => void,
  ) => scrypt(password, salt, length, options, done),
);
const pbkdf2Async = promisify(pbkdf2);

/** Does the work. All of it runs on libuv's threads, never on the event loop's. */
export async function derive(
  work: Work,
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  switch (work.kind) {
    case "argon2":
      return hashRaw(password, {
        algorithm: argon2Variants[work.variant],
        version: argon2Versions[work.version],
        memoryCost: work.memoryKiB,
        timeCost: work.passes,
        parallelism: work.lanes,
        outputLen: length,
        salt,
      });
    case "bcrypt": {
      // Nothing behind the 72nd byte was ever looked at, by any system.
      const made = await bcryptHash(password.subarray(0, 72), work.cost, salt);
      return bcryptBase64.decode(made.slice(-31)) ?? new Uint8Array();
    }
    case "scrypt": {
      const N = 2 ** work.ln;
      // Node counts a little more than the blocks themselves.
      const maxmem = 128 * N * work.r + 128 * work.r * work.p + 1024 * 1024;
      return scryptAsync(password, salt, length, { N, r: work.r, p: work.p, maxmem });
    }
    case "pbkdf2":
      return pbkdf2Async(password, salt, work.iterations, length, work.digest);
  }
}

/** The work in one word: the beginning of a PHC string, with all that costs and nothing else. */
export function nameOfWork(work: Work): string {
  switch (work.kind) {
    case "argon2": {
      const { variant, version, memoryKiB, passes, lanes } = work;
      return `$argon2${variant}$v=${version}$m=${memoryKiB},t=${passes},p=${lanes}`;
    }
    case "bcrypt":
      return `$2b$${String(work.cost).padStart(2, "0")}`;
    case "scrypt":
      return `$scrypt$ln=${work.ln},r=${work.r},p=${work.p}`;
    case "pbkdf2":
      return `$pbkdf2-${work.digest}$i=${work.iterations},l=${work.length}`;
  }
}
