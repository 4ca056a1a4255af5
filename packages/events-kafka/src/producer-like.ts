export interface OutgoingMessage {
  key: string;
  /** Null is a tombstone. */
  value: string | null;
  headers: Record<string, string>;
}

export interface OutgoingRecord {
  topic: string;
  messages: OutgoingMessage[];
  /** -1: accepted when every replica in sync has it. */
  acks: -1;
  /** Milliseconds the broker may take for that. */
  timeout: number;
}

/** What is needed of a producer: kafkajs's has it. */
export interface KafkaProducerLike {
  /** Called before the first message, and again after it has failed. */
  connect?(): Promise<void>;
  /** Resolves when the brokers have accepted all of it, and rejects otherwise. */
  send(record: OutgoingRecord): Promise<unknown>;
}
