import { Producer } from "@platformatic/kafka";
import { expect, it, onTestFinished } from "vitest";
import { freePorts } from "../../../tools/services/server-process.ts";
import { kafkaHandlers } from "../src/kafka-handlers.ts";
import { platformaticProducer } from "../src/platformatic-producer.ts";
import { publicUrl } from "./people.ts";

const base = {
  id: "00000000-0000-4000-8000-000000000001",
  at: new Date("2026-01-01T00:00:00Z"),
  userId: "00000000-0000-4000-8000-000000000002",
};

it("@platformatic/kafka's producer, which speaks to no in-memory broker, takes what it is given", async () => {
  const [port = 0] = await freePorts(1);
  const producer = new Producer({
    ...{ clientId: "tests", bootstrapBrokers: [`127.0.0.1:${port}`], strict: true },
    ...{ retries: 0, connectTimeout: 1000 },
  });
  onTestFinished(() => producer.close());
  const handlers = kafkaHandlers({ producer: platformaticProducer(producer), source: publicUrl });
  // It checks its arguments before it connects: what it would not take is PLT_KFK_USER.
  const noBroker = { name: "PublishError", code: "ECONNREFUSED" };
  const confirmed = handlers["user.confirmed"]({ name: "user.confirmed", ...base });
  await expect(confirmed).rejects.toMatchObject(noBroker);
  const ended = handlers["reset.ended"]({ name: "reset.ended", ...base, linkId: "a" });
  await expect(ended).rejects.toMatchObject(noBroker);
});

it("hands over bytes, and null for a tombstone", async () => {
  const sent: unknown[] = [];
  const producer = platformaticProducer({ send: async (options) => void sent.push(options) });
  const headers = { name: "text" };
  const messages = [
    { key: "k", value: "v", headers },
    { key: "k", value: null, headers },
  ];
  await producer.send({ topic: "t", messages, acks: -1, timeout: 500 });
  const bytes = {
    ...{ topic: "t", key: Buffer.from("k") },
    headers: new Map([[Buffer.from("name"), Buffer.from("text")]]),
  };
  expect(sent).toEqual([
    {
      acks: -1,
      messages: [
        { ...bytes, value: Buffer.from("v") },
        { ...bytes, value: null },
      ],
    },
  ]);
});
