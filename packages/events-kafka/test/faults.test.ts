import { setTimeout as pause } from "node:timers/promises";
import type { AuthEvent } from "@latchkey/core";
import { expect, it, onTestFinished } from "vitest";
import { kafkaBrokers } from "../../../tools/services/client.ts";
import { startFailingKafka } from "../../../tools/services/kafka.ts";
import { kafkaHandlers } from "../src/kafka-handlers.ts";
import type { KafkaProducerLike } from "../src/producer-like.ts";
import { once, short, typesOf } from "./behaviours.ts";
import { kafkajsProducer, newTopics, readTopic } from "./clients.ts";
import { aUser, aWorld, here, publicUrl } from "./people.ts";

const source = publicUrl;
const event = {
  name: "user.confirmed",
  id: "00000000-0000-4000-8000-000000000001",
  at: new Date("2026-01-01T00:00:00Z"),
  userId: "00000000-0000-4000-8000-000000000002",
} as const;

/** Publishes one event by this producer, and answers what became of it. */
const publish = (producer: KafkaProducerLike, deadlineMs: number = 500): Promise<void> =>
  kafkaHandlers({ producer, source, deadlineMs })["user.confirmed"](event);

it("asks every replica in sync, and gives the broker no longer than the deadline", async () => {
  const sent: unknown[] = [];
  await publish({ send: async (record) => void sent.push(record) });
  expect(sent).toEqual([expect.objectContaining({ acks: -1, timeout: 500 })]);
});

it("what does not come to an end counts as not accepted", async () => {
  const never = new Promise<never>(() => {});
  const late = { name: "PublishError", code: "ETIMEDOUT" };
  await expect(publish({ send: () => never }, 100)).rejects.toMatchObject(late);
  const connecting = { connect: () => never, send: async () => {} };
  await expect(publish(connecting, 100)).rejects.toMatchObject(late);
});

it("a refusal is told by its innermost word, and quotes nothing", async () => {
  const inner = Object.assign(new Error("secret"), { code: "ECONNREFUSED" });
  const outer = Object.assign(new Error("secret", { cause: inner }), { code: "PLT_KFK_MULTIPLE" });
  for (const [cause, code] of [
    [outer, "ECONNREFUSED"],
    [
      Object.assign(new Error("secret"), { type: "NOT_ENOUGH_REPLICAS", code: 19 }),
      "NOT_ENOUGH_REPLICAS",
    ],
    [new AggregateError([inner], "secret"), "ECONNREFUSED"],
    [new Error("secret"), "EUNKNOWN"],
  ] as const) {
    const refused = publish({ send: () => Promise.reject(cause) });
    await expect(refused).rejects.toMatchObject({
      ...{ name: "PublishError", code, message: `Kafka did not accept the event: ${code}` },
    });
  }
});

it("connects once for all who wait, and once more after a failure", async () => {
  let connections = 0;
  const producer: KafkaProducerLike = {
    async connect() {
      connections += 1;
      if (connections === 1) throw new Error("not yet");
    },
    send: async () => {},
  };
  const { "user.confirmed": tell } = kafkaHandlers({ producer, source });
  await expect(Promise.all([tell(event), tell(event)])).rejects.toThrow("EUNKNOWN");
  await Promise.all([tell(event), tell(event)]);
  await tell(event);
  expect(connections).toBe(2);
});

it("an event held up past the deadline is told again: late, in order, with the same id", async () => {
  const kafka = await startFailingKafka();
  onTestFinished(() => kafka.stop());
  const topics = newTopics();
  const producer = kafkajsProducer([kafka.url]);
  const failed: AuthEvent[] = [];
  const world = aWorld({
    handlers: kafkaHandlers({ producer, source, deadlineMs: 300, ...topics }),
    onEvent: (told) => void (told.name === "job.failed" && failed.push(told)),
  });
  const userId = await aUser(world, "ada");
  kafka.proxy.behave({ traffic: "hold" });
  await world.auth.disable({ userId }, here);
  await world.auth.enable({ userId }, here);
  await world.auth.runJobs();
  expect(failed).toMatchObject([{ kind: "run-handler", reason: "PublishError ETIMEDOUT" }]);
  kafka.proxy.behave({ traffic: "pass" });
  for (let look = 0; look < 4; look += 1) {
    world.clock.advance({ minutes: 1 });
    await world.auth.runJobs();
  }
  const records = await readTopic([kafka.url], topics.accountsTopic);
  expect(typesOf(once(records))).toEqual(
    short(["user.confirmed", "user.disabled", "user.enabled"]),
  );
});

it("several workers and a faulty line keep each user's order, and repeat with the same id", async () => {
  const brokers = await kafkaBrokers();
  const topics = newTopics();
  const world = aWorld({});
  const users = await Promise.all(["ada", "bob", "eve", "joe"].map((tag) => aUser(world, tag)));
  for (let round = 0; round < 4; round += 1) {
    for (const userId of users) {
      await world.auth.disable({ userId }, here);
      await world.auth.enable({ userId }, here);
    }
  }
  // Nothing was handled so far, so nothing is told of it: from here on everything is.
  let sends = 0;
  const workers = [1, 2, 3].map(() => {
    const producer = kafkajsProducer(brokers);
    const faulty: KafkaProducerLike = {
      connect: () => producer.connect(),
      async send(record) {
        sends += 1;
        const number = sends;
        await pause((number * 7) % 20);
        if (number % 5 === 0) throw new Error("refused");
        await producer.send(record);
        // Accepted, and the answer is lost.
        if (number % 4 === 0) throw new Error("lost");
      },
    };
    return world.process({
      handlers: kafkaHandlers({ producer: faulty, source, ...topics }),
      jobs: { pollSeconds: 0.05, retrySeconds: 0.05, longestRetrySeconds: 0.1 },
      onEvent: () => {},
    });
  });
  const [first] = workers;
  for (const worker of workers) await worker.start();
  onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.stop()))));
  const steps = ["disable", "enable"] as const;
  for (let round = 0; round < 5; round += 1) {
    for (const userId of users) for (const step of steps) await first?.[step]({ userId }, here);
  }
  await expect
    .poll(async () => once(await readTopic(brokers, topics.accountsTopic)).length, {
      timeout: 15_000,
      interval: 200,
    })
    .toBe(users.length * 10);

  const records = await readTopic(brokers, topics.accountsTopic);
  expect(records.length).toBeGreaterThan(users.length * 10);
  for (const userId of users) {
    const own = once(records.filter(({ key }) => key === userId));
    const expected = Array.from({ length: 5 }, () => ["user.disabled", "user.enabled"]).flat();
    expect(typesOf(own)).toEqual(short(expected));
  }
});
