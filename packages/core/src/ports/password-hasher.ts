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
