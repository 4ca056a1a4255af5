import { expect, it } from "vitest";
import { kafkaBrokers } from "../../../tools/services/client.ts";
import { kafkaHandlers } from "../src/kafka-handlers.ts";
import { linkIdOf, short, typesOf } from "./behaviours.ts";
import { compacted, kafkajsProducer, newTopics, readTopic } from "./clients.ts";
import {
  aLink,
  aUser,
  aWorld,
  changePassword,
  emailOf,
  here,
  publicUrl,
  useLink,
} from "./people.ts";
import type { World } from "./people.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function publishing(): Promise<{
  readonly world: World;
  readonly brokers: string[];
  readonly accountsTopic: string;
  readonly resetLinksTopic: string;
}> {
  const brokers = await kafkaBrokers();
  const topics = newTopics();
  const producer = kafkajsProducer(brokers);
  const world = aWorld({ handlers: kafkaHandlers({ producer, source: publicUrl, ...topics }) });
  return { world, brokers, ...topics };
}

it("an account event is a CloudEvent 1.0 in structured mode, keyed by the user's id", async () => {
  const { world, brokers, accountsTopic } = await publishing();
  const userId = await aUser(world, "ada");
  const [record, ...more] = await readTopic(brokers, accountsTopic);
  expect(more).toEqual([]);
  expect(record?.key).toBe(userId);
  expect(record?.headers).toEqual({
    "content-type": "application/cloudevents+json; charset=UTF-8",
  });
  expect(JSON.parse(record?.value ?? "")).toEqual({
    specversion: "1.0",
    id: expect.stringMatching(uuid) as string,
    source: publicUrl,
    type: "org.latchkey.user.confirmed.v1",
    subject: userId,
    time: "2026-01-01T00:00:00.000Z",
    datacontenttype: "application/json",
    data: { userId },
  });
});

it("a change of password is told by the reset and by its owner alike", async () => {
  const { world, brokers, accountsTopic } = await publishing();
  await aUser(world, "ada");
  await useLink(world, "ada", await aLink(world, "ada"));
  await aUser(world, "bob");
  await changePassword(world, "bob");
  const types = typesOf(await readTopic(brokers, accountsTopic));
  const each = ["user.confirmed", "password.changed"];
  expect(types.toSorted()).toEqual(short([...each, ...each].toSorted()));
});

it("an offered link is a record with its expiry, keyed by its id; its end is a tombstone that says why", async () => {
  const { world, brokers, resetLinksTopic } = await publishing();
  const userId = await aUser(world, "ada");
  const token = await aLink(world, "ada");
  const linkId = linkIdOf(token);
  await useLink(world, "ada", token);
  const [offered, used] = await readTopic(brokers, resetLinksTopic);
  expect(offered?.key).toBe(linkId);
  expect(JSON.parse(offered?.value ?? "")).toMatchObject({
    type: "org.latchkey.reset.offered.v1",
    subject: userId,
    data: { userId, linkId, expiresAt: "2026-01-01T00:30:00.000Z" },
  });
  expect(used).toMatchObject({ key: linkId, value: null });
  expect(used?.headers).toEqual({
    ce_specversion: "1.0",
    ce_id: expect.stringMatching(uuid) as string,
    ce_source: publicUrl,
    ce_type: "org.latchkey.reset.completed.v1",
    ce_subject: userId,
    ce_time: "2026-01-01T00:00:00.000Z",
  });
});

it.each(["a change of password", "a disabling", "a removal"])(
  "a link that ended with %s has its tombstone at once, and again when its time is over",
  async (how) => {
    const { world, brokers, resetLinksTopic } = await publishing();
    const userId = await aUser(world, "ada");
    await aLink(world, "ada");
    world.clock.advance({ minutes: 1 });
    if (how === "a change of password") await changePassword(world, "ada");
    else if (how === "a disabling") await world.auth.disable({ userId }, here);
    else await world.auth.remove({ userId }, here);
    await world.auth.runJobs();
    const atOnce = await readTopic(brokers, resetLinksTopic);
    expect(atOnce).toHaveLength(2);
    expect(atOnce.at(-1)?.headers["ce_type"]).toBe("org.latchkey.reset.ended.v1");
    expect(compacted(atOnce).size).toBe(0);
    world.clock.advance({ minutes: 30 });
    await world.auth.runJobs();
    const records = await readTopic(brokers, resetLinksTopic);
    expect(records.at(-1)?.headers["ce_type"]).toBe("org.latchkey.reset.ended.v1");
    expect(records).toHaveLength(3);
  },
);

it("nothing on either topic tells an email, a tag, a code, a token or a link", async () => {
  const { world, brokers, accountsTopic, resetLinksTopic } = await publishing();
  await aUser(world, "ada");
  const token = await aLink(world, "ada");
  await useLink(world, "ada", token);
  const mailed = world.mailbox.messages.flatMap(({ text }) => text.match(/^\d{6}$/m) ?? []);
  const [header = "", body = "", signature = ""] = token.split(".");
  const { jti } = JSON.parse(Buffer.from(body, "base64url").toString()) as { jti: string };
  const secrets = [emailOf("ada"), '"ada"', "Ada", ...mailed, jti, header, body, signature];
  const records = [
    ...(await readTopic(brokers, accountsTopic)),
    ...(await readTopic(brokers, resetLinksTopic)),
  ];
  expect(records).toHaveLength(4);
  const text = JSON.stringify(records);
  for (const secret of secrets) expect(text).not.toContain(secret);
});
