/** The only source of randomness below the composition root. */
export interface Random {
  /** `count` bytes of a cryptographically secure generator. */
  bytes(count: number): Uint8Array;
}
