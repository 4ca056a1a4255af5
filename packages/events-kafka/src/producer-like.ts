/** One message, as kafkajs takes it. */
export interface OutgoingMessage {
  /** What keeps a user's events, or a link's, in order. */
  key: string;
  /** Null is a tombstone. */
  value: string | null;
  /** What says how to read the value. */
  headers: Record<string, string>;
}

/** Messages for one topic, as kafkajs takes them. */
export interface OutgoingRecord {
  /** Where they go. */
  topic: string;
  /** One event each. */
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
