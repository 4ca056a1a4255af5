import { manualClock, type ManualClock } from "@latchkey/core/memory";
import { expect, it, onTestFinished } from "vitest";
import { kafkaBrokers } from "../../../tools/services/client.ts";
import { startFailingKafka } from "../../../tools/services/kafka.ts";
import { kafkaHandlers } from "../src/kafka-handlers.ts";
import { resetLinkReader, type ResetLinkReader } from "../src/reset-link-reader.ts";
import type { TopicFeed, TopicRecord } from "../src/topic-feed.ts";
import { linkIdOf } from "./behaviours.ts";
import { aFeed, kafkajsProducer, newTopics } from "./clients.ts";
import { aLink, aUser, aWorld, publicUrl, useLink, type World } from "./people.ts";

/** A service that publishes, and a reader elsewhere with the same clock. */
async function reading(
  brokers: string[],
): Promise<{ readonly world: World; readonly reader: ResetLinkReader }> {
  const topics = newTopics();
  const producer = kafkajsProducer(brokers);
  const world = aWorld({ handlers: kafkaHandlers({ producer, source: publicUrl, ...topics }) });
  await aUser(world, "ada");
  const reader = resetLinkReader({
    ...{ feed: aFeed(brokers), topic: topics.resetLinksTopic },
    ...{ clock: world.clock, patienceMs: 2000, maxAgeMs: 0 },
  });
  onTestFinished(() => reader.stop());
  return { world, reader };
}

const soon = { timeout: 15_000, interval: 50 };

it("tells whether a link is alive from the topic alone", async () => {
  const { world, reader } = await reading(await kafkaBrokers());
  const first = await aLink(world, "ada");
  expect(await reader.standing(linkIdOf(first))).toBe("unknown");
  await reader.start();
  await expect.poll(() => reader.standing(linkIdOf(first)), soon).toBe("alive");
  expect(await reader.standing("never offered")).toBe("unknown");

  world.clock.advance({ minutes: 1 });
  const second = linkIdOf(await aLink(world, "ada"));
  // No waiting: an answer knows of everything that was accepted before the question.
  expect(await reader.standing(linkIdOf(first))).toBe("ended");
  expect(await reader.standing(second)).toBe("alive");
  world.clock.advance({ minutes: 29, seconds: 59 });
  expect(await reader.standing(second)).toBe("alive");
  world.clock.advance({ seconds: 1 });
  // By the reader's clock: nobody has run the job that will tell it.
  expect(await reader.standing(second)).toBe("ended");
});

it("tells of a used link at once", async () => {
  const brokers = await kafkaBrokers();
  const { world, reader } = await reading(brokers);
  await reader.start();
  const token = await aLink(world, "ada");
  await expect.poll(() => reader.standing(linkIdOf(token)), soon).toBe("alive");
  await useLink(world, "ada", token);
  expect(await reader.standing(linkIdOf(token))).toBe("ended");
});

it("knows no living link while the broker does not answer, and knows them again after", async () => {
  const kafka = await startFailingKafka();
  onTestFinished(() => kafka.stop());
  const { world, reader } = await reading([kafka.url]);
  await reader.start();
  const link = linkIdOf(await aLink(world, "ada"));
  await expect.poll(() => reader.standing(link), soon).toBe("alive");
  kafka.proxy.behave({ traffic: "hold" });
  expect(await reader.standing(link)).toBe("unknown");
  kafka.proxy.behave({ traffic: "pass" });
  await expect.poll(() => reader.standing(link), soon).toBe("alive");
});

/** A feed by hand: the test says what comes, and where the topic ends. */
function byHand(): {
  readonly reader: (maxAgeMs?: number) => ResetLinkReader;
  readonly clock: ManualClock;
  /** Puts a record at the end of partition 0, to be read at once or left unread. */
  readonly write: (key: string, value: string | null, read?: boolean) => void;
  readonly asked: () => number;
  readonly startAnew: () => void;
} {
  const clock = manualClock("2026-01-01T00:00:00Z");
  let take: (record: TopicRecord) => void = () => {};
  let end = 0n;
  let asked = 0;
  const feed: TopicFeed = {
    follow: async (_topic, given) => void (take = given),
    async ends() {
      asked += 1;
      return new Map(end === 0n ? [] : [[0, end]]);
    },
    stop: async () => {},
  };
  return {
    clock,
    reader: (maxAgeMs = 0) => resetLinkReader({ feed, clock, patienceMs: 50, maxAgeMs }),
    write(key, value, read = true) {
      if (read) take({ partition: 0, offset: end, key, value });
      end += 1n;
    },
    asked: () => asked,
    startAnew: () => void (end = 0n),
  };
}

const offered = (linkId: string, type: string = "org.latchkey.reset.offered.v1"): string =>
  JSON.stringify({ type, data: { linkId, expiresAt: "2026-01-01T00:30:00.000Z" } });

it("does not call a link alive before everything on the topic was read", async () => {
  const { reader: make, write } = byHand();
  const reader = make();
  await reader.start();
  write("a", offered("a"));
  expect(await reader.standing("a")).toBe("alive");
  write("a", null, false);
  expect(await reader.standing("a")).toBe("unknown");
});

it("what has ended stays so, whatever comes late or again", async () => {
  const { reader: make, write } = byHand();
  const reader = make();
  await reader.start();
  for (const value of [offered("a"), null, offered("a")]) write("a", value);
  expect(await reader.standing("a")).toBe("ended");
  write("b", null);
  write("b", offered("b"));
  expect(await reader.standing("b")).toBe("ended");
});

it("what it does not understand it does not know", async () => {
  const { reader: make, write } = byHand();
  const reader = make();
  await reader.start();
  const strange = [
    "",
    "{",
    "null",
    "[]",
    offered("other"),
    offered("a", "org.latchkey.reset.offered.v2"),
  ];
  for (const value of strange) write("a", value);
  write(
    "a",
    JSON.stringify({
      type: "org.latchkey.reset.offered.v1",
      data: { linkId: "a", expiresAt: "soon" },
    }),
  );
  expect(await reader.standing("a")).toBe("unknown");
});

it("a topic that was made anew is not taken for one that was read", async () => {
  const { reader: make, write, startAnew } = byHand();
  const reader = make();
  await reader.start();
  for (const link of ["a", "b", "c"]) write(link, offered(link));
  expect(await reader.standing("a")).toBe("alive");
  startAnew();
  write("a", null, false);
  expect(await reader.standing("a")).toBe("unknown");
});

it("asks for the end once for all who wait, and as seldom as it may", async () => {
  const { reader: make, write, asked } = byHand();
  const reader = make(60_000);
  await reader.start();
  write("a", offered("a"));
  const standings = await Promise.all([1, 2, 3].map(() => reader.standing("a")));
  expect(standings).toEqual(["alive", "alive", "alive"]);
  expect(await reader.standing("a")).toBe("alive");
  expect(asked()).toBe(1);
});

it("forgets a link an hour after its end", async () => {
  const { reader: make, write, clock } = byHand();
  const reader = make();
  await reader.start();
  write("a", offered("a"));
  clock.advance({ minutes: 89 });
  write("b", offered("b"));
  expect(await reader.standing("a")).toBe("ended");
  clock.advance({ minutes: 2 });
  write("c", offered("c"));
  expect(await reader.standing("a")).toBe("unknown");
});

it.each([
  ["feed", { feed: undefined }],
  ["topic", { topic: "a topic" }],
  ["patienceMs", { patienceMs: 0 }],
  ["maxAgeMs", { maxAgeMs: 60_001 }],
])("refuses a wrong %s by its name", (option, wrong) => {
  const { feed } = {
    feed: { follow: async () => {}, ends: async () => new Map(), stop: async () => {} },
  };
  const make = (): unknown => Reflect.apply(resetLinkReader, null, [{ feed, ...wrong }]);
  expect(make).toThrow(new RegExp(`^resetLinkReader: ${option}: `));
});
