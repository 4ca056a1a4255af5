import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { AuthOptions } from "@latchkey/core";
import { startFailingKafka } from "../../../tools/services/kafka.ts";
import type { KafkaProducerLike } from "../src/producer-like.ts";
import { compacted, kafkajsProducer, newTopics, readTopic, type Seen } from "./clients.ts";
import { aLink, aUser, aWorld, emailOf, here, useLink } from "./people.ts";

/** How a service publishes: what is to be checked, or a way that must fail. */
export type Publishing = (
  producer: KafkaProducerLike,
  topics: { readonly accountsTopic: string; readonly resetLinksTopic: string },
) => Partial<AuthOptions>;

/** The id of a link, as anybody who holds its token can tell it. */
export function linkIdOf(token: string): string {
  const [, body = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as { jti: string };
  return createHash("sha256").update(claims.jti).digest("base64url");
}

export const typesOf = (records: readonly Seen[]): readonly string[] =>
  records.map(({ value }) => (JSON.parse(value ?? "{}") as { type: string }).type);

export const short = (names: readonly string[]): readonly string[] =>
  names.map((name) => `org.latchkey.${name}.v1`);

/** Records of one key, once each: by id, the first time each was told. */
export function once(records: readonly Seen[]): readonly Seen[] {
  const ids = new Set<string>();
  return records.filter(({ value }) => {
    const { id } = JSON.parse(value ?? "{}") as { id: string };
    return !ids.has(id) && ids.add(id);
  });
}

/** Everything about one user stands in one partition, in the order in which it happened. */
export async function keepsOrder(brokers: string[], publishing: Publishing): Promise<void> {
  const topics = newTopics();
  const world = aWorld(publishing(kafkajsProducer(brokers), topics));
  for (const tag of ["ada", "bob"]) {
    const userId = await aUser(world, tag);
    for (const step of ["disable", "enable", "disable", "enable", "remove"] as const) {
      await world.auth[step]({ userId }, here);
      await world.auth.runJobs();
    }
    const records = await readTopic(brokers, topics.accountsTopic);
    const own = records.filter(({ value }) => value?.includes(userId));
    assert.deepEqual(new Set(own.map(({ key }) => key)), new Set([userId]), "keyed by the user");
    assert.equal(new Set(own.map(({ partition }) => partition)).size, 1, "in one partition");
    const happened = ["confirmed", "disabled", "enabled", "disabled", "enabled", "removed"];
    assert.deepEqual(typesOf(own), short(happened.map((name) => `user.${name}`)));
  }
}

/** What a compacted topic keeps are the links that live. */
export async function keepsWhatLives(brokers: string[], publishing: Publishing): Promise<void> {
  const topics = newTopics();
  const world = aWorld(publishing(kafkajsProducer(brokers), topics));
  const standing = async (): Promise<readonly string[]> => [
    ...compacted(await readTopic(brokers, topics.resetLinksTopic)).keys(),
  ];
  await aUser(world, "ada");
  const first = await aLink(world, "ada");
  assert.deepEqual(await standing(), [linkIdOf(first)], "offered");
  world.clock.advance({ minutes: 1 });
  const second = await aLink(world, "ada");
  assert.deepEqual(await standing(), [linkIdOf(second)], "superseded");
  await useLink(world, "ada", second);
  assert.deepEqual(await standing(), [], "used");
  world.clock.advance({ minutes: 1 });
  const third = await aLink(world, "ada");
  assert.deepEqual(await standing(), [linkIdOf(third)], "another");
  world.clock.advance({ minutes: 31 });
  await world.auth.runJobs();
  assert.deepEqual(await standing(), [], "expired");
}

/**
 * What happens while the broker is dead is told when it is back, and in order. It stays dead until
 * whoever tries by another way than the outbox has `givenUp`.
 */
export async function outlivesTheBroker(
  publishing: Publishing,
  givenUp: () => Promise<unknown> = async () => {},
): Promise<void> {
  const kafka = await startFailingKafka();
  try {
    const topics = newTopics();
    const world = aWorld(publishing(kafkajsProducer([kafka.url]), topics));
    const userId = await aUser(world, "ada");
    const before = await readTopic([kafka.url], topics.accountsTopic);
    assert.deepEqual(typesOf(before), short(["user.confirmed"]));

    await kafka.kill();
    await world.auth.disable({ userId }, here);
    await world.auth.runJobs();
    await world.auth.enable({ userId }, here);
    await world.auth.runJobs();
    // Requests need no broker.
    assert.equal(
      (await world.auth.me({ caller: { userId, sessionId: userId, tag: "ada" } }, here)).email,
      emailOf("ada"),
    );
    await givenUp();
    await kafka.revive();
    for (let look = 0; look < 5; look += 1) {
      world.clock.advance({ minutes: 1 });
      await world.auth.runJobs();
    }
    const after = once(await readTopic([kafka.url], topics.accountsTopic));
    assert.deepEqual(typesOf(after), short(["user.disabled", "user.enabled"]));
    assert.deepEqual(new Set(after.map(({ key }) => key)), new Set([userId]));
  } finally {
    await kafka.stop();
  }
}
