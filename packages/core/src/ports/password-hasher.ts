/** A slow, salted hash of passwords. */
export interface PasswordHasher {
  /**
   * A self-describing (PHC) string for a password, with a fresh salt.
   *
   * @throws AuthError `busy` when too many wait already.
   */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one behind the hash. Does the hash's full work in every case.
   *
   * @throws AuthError `busy` when too many wait already.
   */
  verify(hash: string, password: string): Promise<boolean>;
  /** Whether the hash was made with other parameters than today's. */
  needsRehash(hash: string): boolean;
  /**
   * A hash in today's form that no password matches, for checking a password where there is no
   * user: it must cost the same as a real one. The same seed gives the same choice of form.
   */
  dummy(seed: Uint8Array): string;
}

/** Where slow work is done: so much of it at once, and no more. */
export interface WorkPool {
  /**
   * What the job answers or throws.
   *
   * @throws AuthError `busy` when too many wait already.
   */
  run<Result>(job: () => Promise<Result>): Promise<Result>;
}

/**
 * A hasher around another one, such as one that also verifies the hashes of another system. What it
 * does beyond `own` it does in `pool`, so that one bound holds for all of it; `own` waits there by
 * itself.
 */
export type HasherExtension = (own: PasswordHasher, pool: WorkPool) => PasswordHasher;
