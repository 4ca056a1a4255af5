import type { KafkaProducerLike } from "./producer-like.ts";

/** What is needed of a producer of @platformatic/kafka: one made without serializers has it. */
export interface PlatformaticProducerLike {
  send(options: {
    messages: {
      topic: string;
      key?: Buffer;
      /** Null, which its types do not know, is what its strict mode takes for a tombstone. */
      value?: Buffer | null;
      headers?: Map<Buffer, Buffer> | Record<string, Buffer>;
    }[];
    acks?: number;
  }): Promise<unknown>;
}

/**
 * A producer of @platformatic/kafka as `kafkaHandlers` takes one. It connects by itself, and gives
 * the broker its own `timeout`.
 */
export function platformaticProducer(producer: PlatformaticProducerLike): KafkaProducerLike {
  return {
    async send({ topic, messages, acks }) {
      const outgoing = messages.map(({ key, value, headers }) => ({
        topic,
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        headers: new Map(
          Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]),
        ),
      }));
      await producer.send({ messages: outgoing, acks });
    },
  };
}
