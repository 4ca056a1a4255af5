import type { Clock } from "@latchkey/core/ports";
import { inTime } from "./in-time.ts";
import { knownLinks } from "./known-links.ts";
import { defaultResetLinksTopic, isTopic, topicRule } from "./options.ts";
import type { TopicFeed } from "./topic-feed.ts";

/**
 * - `alive`: offered, and neither ended nor expired, as of an end of the topic asked for just now.
 * - `ended`: used, superseded, expired; this never changes again.
 * - `unknown`: not caught up, the broker does not answer, or the topic tells nothing of this link:
 *   it may be too new, or its tombstone long since compacted away. Ask the service.
 */
export type LinkStanding = "alive" | "ended" | "unknown";

/** Which reset links are alive, as a topic tells it. */
export interface ResetLinkReader {
  /** Connects and begins to read; rejects where the broker is away, and may then be called again. */
  start(): Promise<void>;
  /** How a link stands, by the digest that events call `linkId`. Never rejects. */
  standing(linkId: string): Promise<LinkStanding>;
  /** Ends the reading. */
  stop(): Promise<void>;
}

/** Where to read, and how patiently. */
export interface ResetLinkReaderOptions {
  /** Such as `kafkajsFeed({consumer, admin})`. */
  readonly feed: TopicFeed;
  /** (default: `latchkey.reset-links`) */
  readonly topic?: string | undefined;
  /** Milliseconds a question may wait for the broker, 10–60,000 (default: 1000). */
  readonly patienceMs?: number | undefined;
  /** Milliseconds an end of the topic, once reached, serves further questions, 0–60,000 (default: 1000). */
  readonly maxAgeMs?: number | undefined;
  /** Another clock, for tests (default: the system's). Links end by it. */
  readonly clock?: Clock | undefined;
}

const refusal = (option: string, why: string): TypeError =>
  new TypeError(`resetLinkReader: ${option}: ${why}`);

/**
 * Answers from the topic whether a reset link is alive, without asking the service. It is as late as
 * the outbox: a link may have been used or ended a moment ago. So it serves what may be wrong for a moment, such as a page that greets;
 * whether a link may still be used, once, only the accounts' database decides.
 *
 * @throws TypeError naming the option that cannot be used
 */
export function resetLinkReader(options: ResetLinkReaderOptions): ResetLinkReader {
  const { feed, topic = defaultResetLinksTopic, clock = { now: () => new Date() } } = options;
  const patienceMs = whole("patienceMs", options.patienceMs ?? 1000, 10);
  const maxAgeMs = whole("maxAgeMs", options.maxAgeMs ?? 1000, 0);
  if (typeof feed?.follow !== "function") throw refusal("feed", "give kafkajsFeed(…) or your own");
  if (!isTopic(topic)) throw refusal("topic", topicRule);
  const links = knownLinks();
  /** By partition, the offset after the last record that was taken. */
  const reached = new Map<number, bigint>();
  const waiting = new Set<() => void>();
  let currentAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<boolean> | null = null;

  const hasReached = (ends: ReadonlyMap<number, bigint>): boolean =>
    [...ends].every(([partition, end]) => (reached.get(partition) ?? 0n) >= end);

  const arrival = (ends: ReadonlyMap<number, bigint>, milliseconds: number): Promise<boolean> =>
    new Promise((resolve) => {
      const finish = (isThere: boolean): void => {
        clearTimeout(timer);
        waiting.delete(look);
        resolve(isThere);
      };
      const look = (): void => {
        if (hasReached(ends)) finish(true);
      };
      const timer = setTimeout(finish, milliseconds, false);
      waiting.add(look);
      look();
    });

  const catchUp = async (): Promise<boolean> => {
    const askedAt = performance.now();
    const before = new Map(reached);
    try {
      const ends = await inTime(feed.ends(topic), patienceMs);
      for (const [partition, end] of ends) {
        // The topic was made anew, or has lost its last records: it is read from its beginning.
        if ((before.get(partition) ?? 0n) > end) reached.delete(partition);
      }
      const left = Math.max(0, patienceMs - (performance.now() - askedAt));
      if (!(await arrival(ends, left))) return false;
      currentAt = askedAt;
      return true;
    } catch {
      return false;
    }
  };

  const isCurrent = (): Promise<boolean> => {
    if (performance.now() - currentAt <= maxAgeMs) return Promise.resolve(true);
    asking ??= catchUp().finally(() => {
      asking = null;
    });
    return asking;
  };

  return {
    start: () =>
      feed.follow(topic, (record) => {
        const next = record.offset + 1n;
        links.take(record, clock.now());
        if ((reached.get(record.partition) ?? 0n) < next) reached.set(record.partition, next);
        for (const look of waiting) look();
      }),
    async standing(linkId) {
      if (links.standing(linkId, clock.now()) === "ended") return "ended";
      const current = await isCurrent();
      const standing = links.standing(linkId, clock.now());
      if (standing === "ended") return "ended";
      return current && standing === "alive" ? "alive" : "unknown";
    },
    stop: () => feed.stop(),
  };
}

function whole(option: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least && value <= 60_000) return value;
  throw refusal(option, `give a whole number from ${least} to 60000`);
}
