import { setTimeout as pause } from "node:timers/promises";
import { log } from "./log.ts";
import { reasonOf } from "./reason.ts";

/** Asks one store how it is doing. */
export interface Question {
  readonly store: string;
  /** What is wrong, or null; throwing says that it does not answer. */
  ask(): Promise<string | null>;
}

/** A store that is missing, and why. */
export interface Trouble {
  readonly store: string;
  readonly reason: string;
}

const patienceMilliseconds = 1800;
const retryMilliseconds = 250;

/** Beyond this, tokens and leases of two processes could contradict each other. */
const clockDriftMilliseconds = 2000;

/** What is wrong now; nothing when the service can do its work. */
export async function troubles(questions: readonly Question[]): Promise<readonly Trouble[]> {
  const answers = await Promise.all(
    questions.map(async (question) => {
      const reason = await answerInTime(question);
      return reason === null ? [] : [{ store: question.store, reason }];
    }),
  );
  return answers.flat();
}

/** Says as soon as nothing is wrong, and once of each trouble before that, until told to stop. */
export async function sayWhenReady(
  questions: readonly Question[],
  details: Readonly<Record<string, unknown>>,
  stopped: AbortSignal,
): Promise<void> {
  for (let said = ""; !stopped.aborted;) {
    const missing = await troubles(questions);
    if (stopped.aborted) return;
    if (missing.length === 0) return log({ message: "ready", ...details });
    const saying = JSON.stringify(missing);
    if (saying !== said) log({ message: "not ready", missing });
    said = saying;
    await pause(retryMilliseconds, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** What to say of a clock that is too far from ours; null for clocks that agree. */
export function clockTrouble(theirs: readonly Date[], ours: Date): string | null {
  const drifts = theirs.map((time) => Math.abs(time.getTime() - ours.getTime()));
  const most = Math.max(0, ...drifts);
  if (most <= clockDriftMilliseconds) return null;
  return `its clock and ours differ by ${Math.round(most / 100) / 10} s; synchronise both`;
}

async function answerInTime(question: Question): Promise<string | null> {
  const answered = new AbortController();
  const late = pause(patienceMilliseconds, "it does not answer", { signal: answered.signal });
  try {
    return await Promise.race([question.ask(), late.catch(() => null)]);
  } catch (error) {
    return reasonOf(error);
  } finally {
    answered.abort();
  }
}
