import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { Kafka, logLevel, type Producer } from "kafkajs";
import { onTestFinished } from "vitest";
import { findKcat } from "../../../tools/services/kcat-binary.ts";
import { kafkajsFeed } from "../src/kafkajs-feed.ts";
import type { TopicFeed } from "../src/topic-feed.ts";

const run = promisify(execFile);

/** Topics that no other test knows. */
export function newTopics(): { readonly accountsTopic: string; readonly resetLinksTopic: string } {
  const id = randomUUID();
  return { accountsTopic: `accounts-${id}`, resetLinksTopic: `links-${id}` };
}

function clientOf(brokers: string[]): Kafka {
  // The outbox tries again; a client that does so too only makes an event late.
  const retry = { retries: 1, initialRetryTime: 50 };
  const patience = { connectionTimeout: 1000, requestTimeout: 2000 };
  return new Kafka({ clientId: "tests", brokers, logLevel: logLevel.NOTHING, retry, ...patience });
}

/** kafkajs's, disconnected after the test. */
export function kafkajsProducer(brokers: string[]): Producer {
  const producer = clientOf(brokers).producer({ allowAutoTopicCreation: true });
  onTestFinished(() => producer.disconnect());
  return producer;
}

export function aFeed(brokers: string[]): TopicFeed {
  const kafka = clientOf(brokers);
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  return kafkajsFeed({ consumer, admin: kafka.admin() });
}

/** A record as another client sees it. */
export interface Seen {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything on a topic now, by kcat: in order within each partition. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<Seen[]> {
  const { path, environment } = await findKcat();
  const flags = ["-C", "-e", "-q", "-J", "-o", "beginning", "-t", topic, "-b", brokers.join(",")];
  const env = { ...process.env, ...environment };
  const { stdout } = await run(path, flags, { env, timeout: 15_000 });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => seen(JSON.parse(line) as KcatRecord));
}

interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly payload: string | null;
  /** Names and values by turns. */
  readonly headers?: readonly string[];
}

function seen({ partition, offset, key, payload: value, headers = [] }: KcatRecord): Seen {
  const pairs = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    pairs.set(headers[at] ?? "", headers[at + 1] ?? "");
  }
  return { partition, offset, key, value, headers: Object.fromEntries(pairs) };
}

/** What a log cleaner leaves of records in order: the last value of each key, and no tombstone. */
export function compacted(records: readonly Seen[]): ReadonlyMap<string, string> {
  const last = new Map<string, string>();
  for (const { key, value } of records) {
    if (key === null) continue;
    if (value === null) last.delete(key);
    else last.set(key, value);
  }
  return last;
}
