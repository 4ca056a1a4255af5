import { createHash } from "node:crypto";
import { hash, parseOptions, verify, type ParsedHashOptions } from "@node-rs/argon2";
import type { PasswordHasher, WorkPool } from "../ports/password-hasher.ts";
import type { Random } from "../ports/random.ts";
import { boundedPool, type PoolBounds } from "./bounded-pool.ts";

export interface Argon2Options extends PoolBounds {
  /** Memory of one hash, in KiB. Running hashes hold `concurrency` times as much. */
  readonly memoryKiB: number;
  /** Passes over that memory. */
  readonly passes: number;
  /** Degree of parallelism of one hash, 1 to 255. */
  readonly lanes: number;
  readonly random: Random;
}

const saltBytes = 16;
const tagBytes = 32;

/** The least memory for a number of passes (ASVS 5.0, appendix C); the last row is for all above. */
const leastMemoryKiB = [47_104, 19_456, 12_288] as const;
const mostMemoryKiB = 4 * 1024 * 1024;

/**
 * Passwords as argon2id PHC strings (RFC 9106): a fresh 16-byte salt, a 32-byte tag, the parameters
 * given. The work runs on libuv's thread pool, which token signatures share: keep `concurrency`
 * below its size. Whoever has a pool for more than these hashes gives it. Passwords are taken as they are; that they are well-formed text is the fields' rule.
 *
 * `verify` throws where the stored text is no argon2 hash: that is a damaged record or a foreign
 * import, which somebody must hear of, and not a wrong password.
 *
 * @throws TypeError for parameters weaker than ASVS 5.0 asks (appendix C), or no such numbers.
 */
export function argon2Hasher(
  options: Argon2Options,
  pool: WorkPool = boundedPool(options),
): PasswordHasher {
  const { memoryKiB, passes, lanes, random } = options;
  refuseWeak(options);

  return {
    hash: (password) =>
      pool.run(() =>
        // The library's own defaults are argon2id and version 19.
        hash(password, {
          memoryCost: memoryKiB,
          timeCost: passes,
          parallelism: lanes,
          outputLen: tagBytes,
          salt: random.bytes(saltBytes),
        }),
      ),

    async verify(stored, password) {
      if (parse(stored) === null) throw new Error("A stored password hash is not an argon2 hash.");
      return pool.run(() => verify(stored, password));
    },

    needsRehash(stored) {
      const made = parse(stored);
      return !(
        made !== null &&
        stored.startsWith("$argon2id$v=19$") &&
        made.memoryCost === memoryKiB &&
        made.timeCost === passes &&
        made.parallelism === lanes &&
        made.saltLen === saltBytes &&
        made.outputLen === tagBytes
      );
    },

    dummy(seed) {
      // A tag that was drawn, not computed: to match it a password would have to be a preimage.
      const drawn = createHash("sha512").update("latchkey dummy\0").update(seed).digest();
      const salt = base64(drawn.subarray(0, saltBytes));
      const tag = base64(drawn.subarray(saltBytes, saltBytes + tagBytes));
      return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${salt}$${tag}`;
    },
  };
}

function refuseWeak({ memoryKiB, passes, lanes }: Argon2Options): void {
  if (!Number.isSafeInteger(passes) || passes < 1) {
    throw new TypeError(`argon2 passes must be a whole number of at least 1, not ${passes}.`);
  }
  if (!Number.isSafeInteger(lanes) || lanes < 1 || lanes > 255) {
    throw new TypeError(`argon2 lanes must be a whole number from 1 to 255, not ${lanes}.`);
  }
  const least = leastMemoryKiB[passes - 1] ?? leastMemoryKiB[2];
  if (!Number.isSafeInteger(memoryKiB) || memoryKiB < least) {
    throw new TypeError(
      `argon2 memoryKiB must be at least ${least} with ${passes} pass(es), not ${memoryKiB}: ` +
        "raise memoryKiB, or take 47104 with 1 pass, 19456 with 2, 12288 with 3 or more.",
    );
  }
  if (memoryKiB > mostMemoryKiB) {
    throw new TypeError(`argon2 memoryKiB counts KiB: ${memoryKiB} would be more than 4 GiB.`);
  }
}

function parse(stored: string): ParsedHashOptions | null {
  try {
    return parseOptions(stored);
  } catch {
    return null;
  }
}

/** As PHC strings spell it: the standard alphabet without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
