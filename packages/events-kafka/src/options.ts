import type { KafkaProducerLike } from "./producer-like.ts";

/** Where events go, and from whom they are. */
export interface KafkaHandlersOptions {
  /** kafkajs's producer, or `platformaticProducer(…)`; yours to disconnect, after `auth.stop()`. */
  readonly producer: KafkaProducerLike;
  /** The `source` of every event, a URI reference: `publicUrl`, or another name of this service. */
  readonly source: string;
  /** Where what happens to accounts goes, keyed by user id (default: `latchkey.accounts`). */
  readonly accountsTopic?: string | undefined;
  /**
   * Where the life of reset links goes, keyed by link id, on a topic with `cleanup.policy=compact`
   * (default: `latchkey.reset-links`).
   */
  readonly resetLinksTopic?: string | undefined;
  /**
   * Milliseconds until an event counts as not accepted, 100–600,000 (default: 10,000). Keep it
   * below `jobs.leaseSeconds`, or another worker publishes the same event meanwhile.
   */
  readonly deadlineMs?: number | undefined;
}

/** Options, complete and checked. */
export interface KafkaSettings {
  readonly producer: KafkaProducerLike;
  readonly source: string;
  readonly accountsTopic: string;
  readonly resetLinksTopic: string;
  readonly deadlineMs: number;
}

export const defaultResetLinksTopic = "latchkey.reset-links";

const known: readonly string[] = [
  ...["producer", "source", "accountsTopic", "resetLinksTopic", "deadlineMs"],
];

const refusal = (option: string, why: string): TypeError =>
  new TypeError(`kafkaHandlers: ${option}: ${why}`);

/** @throws TypeError naming the option that cannot be used. */
export function resolveOptions(options: KafkaHandlersOptions): KafkaSettings {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw refusal(unknown.join(", "), `there is only ${known.join(", ")}`);
  const { producer, source, deadlineMs = 10_000 } = options;
  const { accountsTopic = "latchkey.accounts", resetLinksTopic = defaultResetLinksTopic } = options;
  if (typeof producer?.send !== "function") {
    throw refusal("producer", "it has no send: give what kafka.producer() returns");
  }
  if (typeof source !== "string" || source === "" || !URL.canParse(source, "https://a.invalid")) {
    throw refusal("source", "give a URI that names this service, such as https://id.example.com");
  }
  for (const [option, topic] of Object.entries({ accountsTopic, resetLinksTopic })) {
    if (!isTopic(topic)) throw refusal(option, topicRule);
  }
  if (accountsTopic === resetLinksTopic) {
    throw refusal("resetLinksTopic", "compaction would drop account events; give another topic");
  }
  if (!Number.isInteger(deadlineMs) || deadlineMs < 100 || deadlineMs > 600_000) {
    throw refusal("deadlineMs", "give a whole number from 100 to 600000");
  }
  return { producer, source, accountsTopic, resetLinksTopic, deadlineMs };
}

export const topicRule = "give 1 to 249 of a-z, A-Z, 0-9, dot, dash and underscore";

export function isTopic(topic: unknown): topic is string {
  return typeof topic === "string" && /^(?!\.{1,2}$)[\w.-]{1,249}$/.test(topic);
}
