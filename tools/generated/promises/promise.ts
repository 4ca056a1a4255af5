/** What is promised, how it comes true, and the tests that fail when it does not. */
export interface Promised {
  readonly what: string;
  readonly how: string;
  /** Parts of the sentences that name those tests; each must be in one at least. */
  readonly shown: readonly string[];
}
