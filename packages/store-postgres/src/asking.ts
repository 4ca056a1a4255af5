import type { Database, Value } from "./database.ts";
import { codeOf, storeUnavailable } from "./faults.ts";

/** Asks by one statement that answers one row with one column of JSON text. */
export interface Ask {
  /** Null where there is no row. */
  <Answer>(text: string, values: readonly Value[]): Promise<Answer | null>;
  /**
   * For a step on a row that may have to be made first. A statement cannot lock a row that came
   * after its snapshot: where one was made meanwhile it answers nothing, and is sent again.
   */
  untilSettled<Answer>(text: string, values: readonly Value[]): Promise<Answer>;
}

/**
 * Nothing of such a statement happened, and another snapshot decides: it lost a race for a unique
 * name (23505), for a claim (22012, see registrations.ts), or for its place among others (40…).
 */
const raced = new Set(["23505", "22012", "40001", "40P01"]);
const maxRaces = 20;

/**
 * Puts a deadline on the database: whatever a driver waits for, the answer comes within it.
 *
 * JSON as text, because the types of everything else may have been set to anything by the caller.
 */
export function askWithin(database: Database, schema: string, deadlineSeconds: number): Ask {
  const send = async (text: string, values: readonly Value[], signal: AbortSignal) => {
    for (let races = 0; ; races += 1) {
      try {
        return (await database.run(text, values, signal))[0]?.["answer"];
      } catch (error) {
        const isRaced = raced.has(codeOf(error) ?? "");
        if (!isRaced || races === maxRaces || signal.aborted) throw error;
      }
    }
  };
  const sendUntilSettled: typeof send = async (text, values, signal) => {
    for (let races = 0; races <= maxRaces && !signal.aborted; races += 1) {
      const answer = await send(text, values, signal);
      if (answer !== undefined) return answer;
    }
    throw new Error("one row was made and removed over and over");
  };

  const withinDeadline = async <Answer>(
    how: typeof send,
    text: string,
    values: readonly Value[],
  ): Promise<Answer | null> => {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new Error(`Postgres did not answer within ${deadlineSeconds} s`));
    }, deadlineSeconds * 1000);
    try {
      const answer = await untilAborted(how(text, values, deadline.signal), deadline.signal);
      return typeof answer === "string" ? (JSON.parse(answer) as Answer) : null;
    } catch (error) {
      throw storeUnavailable(error, schema);
    } finally {
      clearTimeout(timer);
    }
  };

  const ask = <Answer>(text: string, values: readonly Value[]): Promise<Answer | null> =>
    withinDeadline<Answer>(send, text, values);
  return Object.assign(ask, {
    // Settled is what has a row, and each of those statements answers by a row that is not null.
    untilSettled: <Answer>(text: string, values: readonly Value[]) =>
      withinDeadline(sendUntilSettled, text, values) as Promise<Answer>,
  });
}

/** The answer, or the reason of the signal when that aborts first. */
export function untilAborted<Answer>(
  answer: Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
