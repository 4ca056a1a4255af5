import { typeOf } from "./envelope.ts";
import type { TopicRecord } from "./topic-feed.ts";

/** What the records so far tell of each link. */
export interface KnownLinks {
  take(record: Pick<TopicRecord, "key" | "value">, now: Date): void;
  /** Absent where nothing was heard, or nothing for an hour after the link's end. */
  standing(linkId: string, now: Date): "alive" | "ended" | "absent";
}

/** No link lives longer, so that no record that comes late finds its tombstone forgotten. */
const longestLifeMs = 3_600_000;
const sweepEveryMs = 60_000;

interface Known {
  /** Milliseconds; before all time for a link that was ended. */
  readonly livesUntil: number;
  readonly forgetAt: number;
}

export function knownLinks(): KnownLinks {
  const links = new Map<string, Known>();
  let sweptAt = 0;

  const sweep = (now: number): void => {
    if (Math.abs(now - sweptAt) < sweepEveryMs) return;
    sweptAt = now;
    for (const [id, { forgetAt }] of links) if (forgetAt <= now) links.delete(id);
  };

  return {
    take({ key, value }, at) {
      if (key === null) return;
      const now = at.getTime();
      sweep(now);
      if (value === null) {
        links.set(key, { livesUntil: -Infinity, forgetAt: now + longestLifeMs });
        return;
      }
      const livesUntil = endOf(key, value);
      // What has ended stays so: a record may come late, or again.
      if (livesUntil === null || links.get(key)?.livesUntil === -Infinity) return;
      links.set(key, { livesUntil, forgetAt: Math.max(livesUntil, now) + longestLifeMs });
    },
    standing(linkId, now) {
      const known = links.get(linkId);
      if (known === undefined) return "absent";
      return now.getTime() < known.livesUntil ? "alive" : "ended";
    },
  };
}

/** When the link of this record ends; null for a record that this version does not understand. */
function endOf(linkId: string, text: string): number | null {
  const event = fieldsOf(parsed(text));
  const data = fieldsOf(event["data"]);
  if (event["type"] !== typeOf("reset.offered") || data["linkId"] !== linkId) return null;
  const { expiresAt } = data;
  const end = typeof expiresAt === "string" ? Date.parse(expiresAt) : Number.NaN;
  return Number.isNaN(end) ? null : end;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
