import assert from "node:assert/strict";
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { channel, tracingChannel } from "node:diagnostics_channel";
import { eventChannel, flowNames, tracingChannels } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import { it } from "vitest";
import { known } from "../src/words.ts";
import { home, makeAccounts, person, signUp } from "./accounts.ts";
import { metricsOf, record, type Recording } from "./recording.ts";

const madeUp = 10_000;
const standings = ["due", "later", "claimed", "buried"];
const words = new Set([...Object.values(known).flatMap((table) => [...table]), ...standings]);

/** Every value of every label, and how many series there are in all. */
async function labelsOf(
  recording: Recording,
): Promise<{ values: ReadonlySet<string>; series: number }> {
  const points = metricsOf(await recording.collect()).flatMap<{ attributes: object }>(
    ({ dataPoints }) => dataPoints,
  );
  const values = points.flatMap(({ attributes }) => Object.values(attributes).map(String));
  return { values: new Set(values), series: points.length };
}

const something = (): string => randomBytes(randomInt(1, 40)).toString("base64url");

it("ten thousand made-up inputs make no label of their own, and few series", async () => {
  const accounts = makeAccounts();
  await signUp(accounts);
  const recording = record({ outbox: accounts.stores.accounts.outbox });
  const { auth } = accounts;
  const attempts = Array.from({ length: madeUp }, async (_, number) => {
    const flow = flowNames[number % flowNames.length] ?? "login";
    const caller = { userId: randomUUID(), tag: something(), sessionId: randomUUID() };
    const inputs: readonly object[] = [
      { [something()]: something() },
      { tag: something(), password: something(), email: `${something()}@example.org` },
      { tag: person.tag, password: `${something()} ${something()}` },
      { email: `${randomUUID()}@example.org`, registrationId: randomUUID() },
      { ...person, tag: randomUUID().slice(0, 8), email: `${randomUUID()}@example.org` },
      { accessToken: something(), refreshToken: something(), token: something() },
      { caller, id: randomUUID(), userId: randomUUID() },
    ];
    const client = { ip: `10.0.${number % 256}.${randomInt(256)}`, agent: something() };
    const given = [inputs[randomInt(inputs.length)], client];
    await (Reflect.apply(auth[flow], auth, given) as Promise<unknown>).catch(() => {});
  });
  await Promise.all(attempts);
  await auth.runJobs();
  const { values, series } = await labelsOf(recording);
  const calls = Object.values(await recording.points("latchkey.flow.outcomes"));
  assert.equal(
    calls.reduce((sum, count) => sum + count, 0),
    madeUp,
  );
  assert.deepEqual(
    [...values].filter((value) => !words.has(value)),
    [],
  );
  assert.ok(series < 200, `${series} series`);
}, 60_000);

it("what strangers publish on the channels becomes one word: other", async () => {
  const recording = record();
  const names = Object.values(tracingChannels);
  for (let number = 0; number < madeUp; number += 1) {
    const word = something();
    const message = { flow: word, port: word, method: word, kind: word, outcome: word, around: [] };
    const name = names[number % names.length] ?? tracingChannels.flow;
    const work = tracingChannel<unknown, object>(name);
    work.start.publish(message);
    work.asyncEnd.publish(message);
    channel(eventChannel).publish({ name: number % 2 === 0 ? word : "limit.hit", limit: word });
  }
  const { values } = await labelsOf(recording);
  assert.deepEqual([...values].toSorted(), ["limit.hit", "other"]);
  assert.equal(new Set(recording.spans().map(({ name }) => name)).size, 5);
}, 60_000);

it("a limit that a store of somebody's invents is counted as other", async () => {
  const stores = memoryStores();
  const take = async () =>
    ({ outcome: "limited", rule: person.email, retryAfterSeconds: 1 }) as never;
  const recording = record();
  const { auth } = makeAccounts({ stores: { ...stores, limits: { ...stores.limits, take } } });
  const { tag, password } = person;
  await assert.rejects(auth.login({ tag, password }, home));
  assert.deepEqual(await recording.points("latchkey.limit.hits"), { other: 1 });
});
