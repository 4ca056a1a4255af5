import type { Outbox } from "@latchkey/core/ports";

/** Who waits for jobs in this process. */
export interface LocalWakers {
  readonly watch: Outbox["watch"];
  /** Wakes them once a call that may have left jobs is answered. */
  after<Answer>(call: Promise<Answer>): Promise<Answer>;
}

/**
 * Wakes this process's workers after its own calls. What other processes leave is found by polling:
 * a hint that had to be held open over the network would cost more than it is worth.
 */
export function localWakers(): LocalWakers {
  const wakers = new Set<() => void>();
  return {
    async watch(wake, signal) {
      if (signal.aborted) return;
      // One of its own for each watch, though two may give the same function.
      const own = (): void => {
        if (!signal.aborted) wake();
      };
      wakers.add(own);
      signal.addEventListener("abort", () => wakers.delete(own), { once: true });
    },
    async after(call) {
      const answer = await call;
      for (const wake of wakers) queueMicrotask(wake);
      return answer;
    },
  };
}
