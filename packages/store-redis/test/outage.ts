import { isAuthError } from "@latchkey/core";

/** The longest that anybody may be kept waiting. */
export const patienceMs = 2000;

/** The fault's own words and its cure, where a call ends as every call in an outage must. */
export async function outageOf(
  call: () => Promise<unknown>,
  name: string = "a call",
): Promise<string> {
  const start = performance.now();
  const answer = await call().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const took = performance.now() - start;
  if (took > patienceMs) throw new Error(`${name} took ${took} ms`);
  if (!("error" in answer)) throw new Error(`${name} answered ${JSON.stringify(answer.value)}`);
  if (!isAuthError(answer.error, "store_unavailable")) throw answer.error;
  const { cause } = answer.error;
  return cause instanceof Error ? cause.message : "";
}

/** Repeats a call until it does not fail; how long that took. */
export async function recovery(
  call: () => Promise<unknown>,
  patience: number = 5000,
): Promise<number> {
  const start = performance.now();
  for (;;) {
    try {
      await call();
      return performance.now() - start;
    } catch (error) {
      if (performance.now() - start > patience) throw error;
      await pause(25);
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
