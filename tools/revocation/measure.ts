import { setTimeout as pause } from "node:timers/promises";
import type { SessionStore } from "../../packages/core/src/ports.ts";
import { machineMs } from "./messages.ts";
import type { Peer } from "./peers.ts";
import { signIn } from "./people.ts";

/**
 * Opens sessions, waits until another process lets them in, closes them here, and answers for how
 * many milliseconds after that close each was still let in there: 0 where not at all. Each is asked
 * for once more at the end; let in again, it answers infinity.
 */
export async function outlivedMs(
  sessions: SessionStore,
  peer: Peer,
  count: number,
  atOnce: number = 25,
): Promise<readonly number[]> {
  const outlived: number[] = [];
  for (let done = 0; done < count; done += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - done) }, async () => {
      const { session, token } = await signIn(sessions);
      const followed = peer.follow(token);
      await followed.isIn;
      // Closed at any time of the two seconds that its standing may be remembered.
      await pause(Math.random() * 400);
      await sessions.close(session.userId, session.id);
      const closedAt = machineMs();
      const { lastAt } = await followed.end;
      const isBack = (await peer.ask(token)) === null;
      return isBack ? Number.POSITIVE_INFINITY : Math.max(0, (lastAt ?? 0) - closedAt);
    });
    outlived.push(...(await Promise.all(some)));
  }
  return outlived;
}

/** The value that a share of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** One line about a distribution of milliseconds. */
export function distribution(values: readonly number[]): string {
  const of = (share: number): string => percentile(values, share).toFixed(1);
  return `p50 ${of(0.5)} ms, p99 ${of(0.99)} ms, max ${of(1)} ms, of ${values.length}`;
}
