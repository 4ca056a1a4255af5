import type { TopicFeed } from "./topic-feed.ts";

interface KafkajsBatch {
  readonly partition: number;
  readonly messages: readonly {
    readonly offset: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
  }[];
}

/** What is needed of kafkajs: `kafka.consumer({groupId})` and `kafka.admin()`. */
export interface KafkajsClients {
  /** Reads the topic; its group must be its own. */
  readonly consumer: {
    connect(): Promise<void>;
    subscribe(subscription: { topics: string[]; fromBeginning: boolean }): Promise<void>;
    run(config: {
      autoCommit: boolean;
      eachBatch(payload: { batch: KafkajsBatch }): Promise<void>;
    }): Promise<void>;
    disconnect(): Promise<void>;
  };
  /** Asks where the topic ends. */
  readonly admin: {
    connect(): Promise<void>;
    fetchTopicOffsets(
      topic: string,
    ): Promise<readonly { partition: number; low: string; high: string }[]>;
    disconnect(): Promise<void>;
  };
}

/**
 * A topic by kafkajs. The consumer's group must be its own, such as one with a random UUID in its
 * name: a second member of the group would take partitions away. It commits nothing.
 */
export function kafkajsFeed({ consumer, admin }: KafkajsClients): TopicFeed {
  return {
    async follow(topic, take) {
      await Promise.all([consumer.connect(), admin.connect()]);
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        async eachBatch({ batch: { partition, messages } }) {
          for (const { offset, key, value } of messages) {
            const text = value?.toString("utf8") ?? null;
            take({
              partition,
              offset: BigInt(offset),
              key: key?.toString("utf8") ?? null,
              value: text,
            });
          }
        },
      });
    },
    async ends(topic) {
      const offsets = await admin.fetchTopicOffsets(topic);
      const filled = offsets.filter(({ low, high }) => BigInt(low) < BigInt(high));
      return new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]));
    },
    async stop() {
      await Promise.all([consumer.disconnect(), admin.disconnect()]);
    },
  };
}
