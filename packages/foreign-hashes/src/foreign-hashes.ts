import { createHash, timingSafeEqual } from "node:crypto";
import { isAuthError } from "@latchkey/core";
import type { HasherExtension, PasswordHasher, WorkPool } from "@latchkey/core/ports";
import { dummies, type InUse } from "./dummies.ts";
import { excessOf, resolveHeaviest, type HeaviestWork } from "./heaviest-work.ts";
import { readHash } from "./read-hash.ts";
import type { Recipe } from "./recipe.ts";
import { derive } from "./work.ts";

/** What is stored, and what the old system added to its passwords. */
export interface ForeignHashesOptions {
  /**
   * How many users each kind of hash has, as `latchkey-import count` says, so that an unknown name
   * takes as long as a known one. Count anew from time to time: users move to `own` as they sign in.
   */
  readonly inUse: InUse;
  /** What Devise appends to passwords (`config.pepper`); for all bcrypt hashes without a prefix. */
  readonly bcryptPepper?: string | undefined;
  /** What Spring's `Pbkdf2PasswordEncoder` was constructed with. */
  readonly springPbkdf2Secret?: string | undefined;
  /** The most that a stored hash may ask for; what asks for more matches no password. */
  readonly heaviest?: Partial<HeaviestWork> | undefined;
  /** Told why a stored hash could not be used; never the hash. */
  readonly onUnreadable?: ((reason: string) => void) | undefined;
}

/**
 * For `passwords.extend`: hashes that other systems made are verified too, each as that system did
 * it, and replaced by core's own when their users sign in. Every verification is one job of core's
 * pool, whatever the hash; what is stored and unknown, damaged or too heavy matches no password,
 * and costs what one of core's own does.
 *
 * @throws TypeError for options that are wrong
 */
export function foreignHashes(options: ForeignHashesOptions): HasherExtension {
  const heaviest = resolveHeaviest(options.heaviest);
  const known = dummies(options.inUse, heaviest);
  const { bcryptPepper = "", springPbkdf2Secret = "", onUnreadable } = options;
  const secrets = { bcryptPepper, springPbkdf2Secret };

  return (own, pool) => ({
    hash: (password) => own.hash(password),
    needsRehash: (stored) => own.needsRehash(stored),
    dummy: (seed) => known.choose(seed) ?? own.dummy(seed),
    async verify(stored, password) {
      if (!own.needsRehash(stored)) return own.verify(stored, password);
      const recipe = readHash(stored, secrets);
      // A hasher that is not core's may have had forms of its own; argon2 it never gets unbounded.
      if (recipe === null && !stored.startsWith("$argon2")) {
        return verifyAsOwn(own, stored, password, () => tell(onUnreadable, "of no known form"));
      }
      const excess = recipe === null ? "damaged argon2" : excessOf(recipe.work, heaviest);
      if (recipe !== null && excess === null) return verifyForeign(pool, recipe, password);
      tell(onUnreadable, excess ?? "");
      return refuse(own, stored, password);
    },
  });
}

function verifyForeign(pool: WorkPool, recipe: Recipe, password: string): Promise<boolean> {
  const { work, salt, digest, prepare } = recipe;
  return pool.run(async () => {
    const derived = await derive(work, prepare(password), salt, digest.length);
    return derived.length === digest.length && timingSafeEqual(derived, digest);
  });
}

async function verifyAsOwn(
  own: PasswordHasher,
  stored: string,
  password: string,
  unreadable: () => void,
): Promise<boolean> {
  try {
    return await own.verify(stored, password);
  } catch (error) {
    if (isAuthError(error)) throw error;
    unreadable();
    return refuse(own, stored, password);
  }
}

/** The work of one of core's own, for nothing: not even a clock tells what could not be used. */
async function refuse(own: PasswordHasher, stored: string, password: string): Promise<false> {
  await own.verify(own.dummy(createHash("sha256").update(stored).digest()), password);
  return false;
}

function tell(onUnreadable: ForeignHashesOptions["onUnreadable"], reason: string): void {
  try {
    onUnreadable?.(reason);
  } catch {
    // A listener that fails must not make this login another one than a wrong password's.
  }
}
