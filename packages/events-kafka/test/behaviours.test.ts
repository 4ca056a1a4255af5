import type { DurableEvent } from "@latchkey/core";
import { expect, it } from "vitest";
import { kafkaBrokers } from "../../../tools/services/client.ts";
import { kafkaHandlers } from "../src/kafka-handlers.ts";
import type { KafkaProducerLike } from "../src/producer-like.ts";
import { keepsOrder, keepsWhatLives, outlivesTheBroker, type Publishing } from "./behaviours.ts";
import { publicUrl } from "./people.ts";

const right: Publishing = (producer, topics) => ({
  handlers: kafkaHandlers({ producer, source: publicUrl, deadlineMs: 3000, ...topics }),
});

/** What is being published from requests. */
const underWay: Promise<unknown>[] = [];

/** From the request, after the fact, as a bus beside the database would be fed. */
const fromTheRequest: Publishing = (producer, topics) => {
  const publish = kafkaHandlers({ producer, source: publicUrl, ...topics });
  return {
    onEvent(event) {
      if (!Object.hasOwn(publish, event.name)) return;
      const durable = event as DurableEvent;
      const telling = (publish[durable.name] as (told: DurableEvent) => Promise<void>)(durable);
      underWay.push(telling.catch(() => {}));
    },
  };
};

/** Each message changed on its way. */
const changing =
  (change: (message: Message) => Message | null): Publishing =>
  (producer, topics) =>
    right(
      {
        connect: async () => producer.connect?.(),
        async send({ messages, ...record }) {
          const changed = messages.map(change).filter((message) => message !== null);
          if (changed.length > 0) await producer.send({ ...record, messages: changed });
        },
      },
      topics,
    );

type Message = Parameters<KafkaProducerLike["send"]>[0]["messages"][number];

const keyedByEvent = changing((message) => {
  const { id } = JSON.parse(message.value ?? "{}") as { id?: string };
  return { ...message, key: id ?? message.key };
});

const withoutTombstones = changing((message) => (message.value === null ? null : message));

it("one user's events stand in one partition, in the order in which they happened", async () => {
  await expect(keepsOrder(await kafkaBrokers(), right)).resolves.toBeUndefined();
});

it("what stands on the compacted topic is what lives", async () => {
  await expect(keepsWhatLives(await kafkaBrokers(), right)).resolves.toBeUndefined();
});

it("what happens while the broker is dead is told when it is back, in order", async () => {
  await expect(outlivesTheBroker(right)).resolves.toBeUndefined();
});

it("publishing from the request is caught: a dead broker loses what happened", async () => {
  const attempt = outlivesTheBroker(fromTheRequest, () => Promise.all(underWay));
  await expect(attempt).rejects.toThrow("strictly deep-equal");
});

it("events keyed by their own id are caught", async () => {
  await expect(keepsOrder(await kafkaBrokers(), keyedByEvent)).rejects.toThrow("keyed by the user");
});

it("a topic without tombstones is caught", async () => {
  const checking = keepsWhatLives(await kafkaBrokers(), withoutTombstones);
  await expect(checking).rejects.toThrow("superseded");
});
