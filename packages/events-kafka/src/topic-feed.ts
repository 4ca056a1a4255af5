/** A record as a reader gets it. */
export interface TopicRecord {
  /** The partition it lies in. */
  readonly partition: number;
  /** Its place there. */
  readonly offset: bigint;
  /** Null where the producer gave none. */
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: string | null;
}

/** What is needed of a consumer; `kafkajsFeed` is one. */
export interface TopicFeed {
  /**
   * Connects, and hands over every record of every partition from the beginning on, in order per
   * partition, until `stop`. Resolves when it has begun; a record may come again.
   */
  follow(topic: string, take: (record: TopicRecord) => void): Promise<void>;
  /** By partition, for those that hold anything: the offset after the last record, asked now. */
  ends(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** Ends the reading. */
  stop(): Promise<void>;
}
