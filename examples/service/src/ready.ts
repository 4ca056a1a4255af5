import { setTimeout as pause } from "node:timers/promises";
import type { Stores } from "@latchkey/core/ports";

const patienceMilliseconds = 1500;
const nobody = "00000000-0000-4000-8000-000000000000";

/** The stores that do not answer now, by name. */
export async function missingStores(stores: Stores): Promise<readonly string[]> {
  const now = new Date();
  const asked: readonly (readonly [string, Promise<unknown>])[] = [
    ["accounts", stores.accounts.outbox.count(now)],
    ["sessions", stores.sessions.find(nobody, nobody, now)],
    ["limits", stores.limits.forgive([], now)],
  ];
  const answers = await Promise.all(
    asked.map(async ([name, question]) => ((await answersInTime(question)) ? [] : [name])),
  );
  return answers.flat();
}

async function answersInTime(question: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  try {
    const answered = question.then(() => true);
    const silent = pause(patienceMilliseconds, false, { signal: late.signal }).catch(() => false);
    return await Promise.race([answered, silent]);
  } catch {
    return false;
  } finally {
    late.abort();
  }
}
