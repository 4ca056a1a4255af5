/** What is said to one call. */
export interface Said {
  readonly status: number;
  readonly body: string;
}

/**
 * Answers by operation, so that a call that is sent twice happens once and answers the same: whoever
 * came between the two would otherwise change the second answer.
 */
export interface Answers {
  /**
   * Makes the answer, or joins in waiting for the one that is being made to the same operation.
   * With `remember`, an answer of 200 is also given again later.
   */
  once(operation: string, remember: boolean, make: () => Promise<Said>): Promise<Said>;
}

/** Bounds what is remembered, so that no caller can fill the memory. */
const maxRemembered = 10_000;

/**
 * @param rememberMs longer than a request is accepted after it was sent
 * @param monotonic milliseconds that never go back
 */
export function answersFor(rememberMs: number, monotonic: () => number): Answers {
  const running = new Map<string, Promise<Said>>();
  // In the order of age, as a map keeps the order of insertion.
  const remembered = new Map<string, { readonly said: Said; readonly at: number }>();

  const sweep = (): void => {
    for (const [operation, { at }] of remembered) {
      if (monotonic() - at < rememberMs && remembered.size <= maxRemembered) return;
      remembered.delete(operation);
    }
  };
  const keep = (operation: string, said: Said): void => {
    if (said.status === 200) remembered.set(operation, { said, at: monotonic() });
    sweep();
  };
  return {
    once(operation, remember, make) {
      const known = remembered.get(operation)?.said;
      if (known !== undefined) return Promise.resolve(known);
      const joined = running.get(operation);
      if (joined !== undefined) return joined;
      const making = make()
        .then((said) => {
          if (remember) keep(operation, said);
          return said;
        })
        .finally(() => running.delete(operation));
      running.set(operation, making);
      return making;
    },
  };
}
