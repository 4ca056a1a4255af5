import { kafkaHandlers, type KafkaHandlers } from "@latchkey/events-kafka";
import { Kafka, logLevel } from "kafkajs";
import type { Environment } from "./environment.ts";

/** What tells others of what happens to accounts. */
export interface Events {
  /** Undefined: nobody is told. */
  readonly handlers: KafkaHandlers | undefined;
  close(): Promise<void>;
}

/** Opens what the environment names; nothing is connected before the first event. */
export function openEvents({ kafka, publicUrl: source }: Environment): Events {
  if (kafka === null) return { handlers: undefined, close: async () => {} };
  const { brokers, ...topics } = kafka;
  const client = new Kafka({
    ...{ clientId: "latchkey", brokers: [...brokers] },
    // The outbox tries again by itself, and says of each try what became of it.
    ...{ retry: { retries: 1, initialRetryTime: 100 }, logLevel: logLevel.NOTHING },
    ...{ connectionTimeout: 2000, requestTimeout: 5000 },
  });
  const producer = client.producer();
  return {
    handlers: kafkaHandlers({ producer, source, ...topics }),
    close: () => producer.disconnect(),
  };
}
