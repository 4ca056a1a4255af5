import assert from "node:assert/strict";
import { AuthError, errorTable } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import { it } from "vitest";
import { home, makeAccounts, person, quickHasher, signUp } from "./accounts.ts";
import { record } from "./recording.ts";

const { tag, password } = person;

it("counts and times flows by name, and counts them by how they ended", async () => {
  const accounts = makeAccounts();
  await signUp(accounts);
  const recording = record();
  await accounts.auth.login({ tag, password }, home);
  await accounts.auth.login({ tag, password: "this is the wrong one" }, home).catch(() => {});
  assert.deepEqual(await recording.points("latchkey.flow.outcomes"), {
    "login ok": 1,
    "login invalid_credentials": 1,
  });
  assert.deepEqual(await recording.points("latchkey.flow.duration"), { login: 2 });
  const stores = await recording.points("latchkey.store.duration");
  assert.equal(stores["users findForLogin"], 2);
  assert.equal(stores["sessions open"], 1);
  assert.deepEqual(await recording.points("latchkey.events"), {
    "login.succeeded": 1,
    "login.failed": 1,
  });
});

it("measures in seconds, in buckets from half a millisecond to half a minute", async () => {
  const recording = record();
  const slow = {
    ...quickHasher,
    hash: () => new Promise<string>((done) => setTimeout(done, 60, "h")),
  };
  await makeAccounts({ passwords: { hasher: slow } }).auth.register(person, home);
  const { scopeMetrics } = await recording.collect();
  const found = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === "latchkey.hash.duration");
  const value = found?.dataPoints[0]?.value;
  assert.ok(typeof value === "object" && "buckets" in value);
  assert.ok((value.sum ?? 0) >= 0.055 && (value.sum ?? 0) < 5, String(value.sum));
  assert.equal(value.buckets.boundaries[0], 0.0005);
  assert.equal(value.buckets.boundaries.at(-1), 30);
});

it("counts the failures of stores by method and code", async () => {
  const stores = memoryStores();
  const limits = {
    ...stores.limits,
    take: () => Promise.reject(new AuthError("store_unavailable")),
  };
  const recording = record();
  const { auth } = makeAccounts({ stores: { ...stores, limits } });
  await auth.login({ tag, password }, home).catch(() => {});
  const failures = await recording.points("latchkey.store.failures");
  assert.equal(failures["limits take store_unavailable"], 1);
});

it("knows how many hashes there are, and how many were turned away", async () => {
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let room = 3;
  const hasher = {
    ...quickHasher,
    async hash() {
      if (room === 0) throw new AuthError("busy", { retryAfterSeconds: 1 });
      room -= 1;
      await finished;
      return "hashed";
    },
  };
  const { auth } = makeAccounts({ passwords: { hasher }, limits: "off" });
  const recording = record();
  const registering = Array.from({ length: 5 }, (_, number) =>
    auth.register({ ...person, tag: `tag${number}` }, home).catch(() => {}),
  );
  const waitFor = async (busy: number): Promise<void> => {
    while ((await recording.points("latchkey.flow.outcomes"))["register busy"] !== busy) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await waitFor(2);
  assert.deepEqual(await recording.points("latchkey.hash.in_flight"), { "": 3 });
  assert.deepEqual(await recording.points("latchkey.hash.shed"), { "": 2 });
  finish();
  await Promise.all(registering);
  assert.deepEqual(await recording.points("latchkey.hash.in_flight"), { "": 0 });
  assert.deepEqual(await recording.points("latchkey.hash.duration"), { hash: 3 });
});

it("a hash under way when it is stopped is in flight no more", async () => {
  let finish = (): void => {};
  const hash = (): Promise<string> =>
    new Promise((resolve) => {
      finish = () => resolve("hashed");
    });
  const { auth } = makeAccounts({ passwords: { hasher: { ...quickHasher, hash } } });
  const recording = record();
  const registering = auth.register(person, home);
  while ((await recording.points("latchkey.hash.in_flight"))[""] !== 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  recording.stop();
  assert.deepEqual(await recording.points("latchkey.hash.in_flight"), { "": 0 });
  finish();
  await registering;
  assert.deepEqual(await recording.points("latchkey.hash.in_flight"), { "": 0 });
});

it("counts jobs and mails by kind and ending, and limits by name", async () => {
  let isDown = true;
  const mailer = {
    async send() {
      if (isDown) throw new Error("no route");
    },
  };
  const accounts = makeAccounts({ mailer });
  const recording = record();
  const { registrationId } = await accounts.auth.register(person, home);
  await accounts.auth.runJobs();
  isDown = false;
  await accounts.auth.register({ ...person, tag: "other" }, home);
  await accounts.auth.resendCode({ email: person.email, registrationId }, home);
  await accounts.auth.resendCode({ email: person.email, registrationId }, home).catch(() => {});
  assert.deepEqual(await recording.points("latchkey.job.outcomes"), {
    "send-confirmation failed": 1,
  });
  assert.deepEqual(await recording.points("latchkey.mail.outcomes"), {
    "confirmation_code failed": 1,
  });
  assert.deepEqual(await recording.points("latchkey.limit.hits"), { resendByRegistration: 1 });
  assert.equal((await recording.points("latchkey.job.duration"))["send-confirmation"], 1);
});

it("asks the outbox how much there is to do; without an answer the rest is told all the same", async () => {
  const { auth, stores } = makeAccounts();
  const { outbox } = stores.accounts;
  let isDown = false;
  const count = (now: Date): ReturnType<typeof outbox.count> => {
    if (isDown) throw new AuthError("store_unavailable");
    return outbox.count(now);
  };
  const recording = record({ outbox: { count } });
  await auth.register(person, home);
  assert.deepEqual(await recording.points("latchkey.outbox.jobs"), {
    ...{ due: 1, later: 0, claimed: 0, buried: 0 },
  });
  isDown = true;
  assert.equal((await recording.points("latchkey.outbox.jobs"))["due"], 1);
  assert.deepEqual(await recording.points("latchkey.flow.outcomes"), { "register ok": 1 });
});

it("a code that is none of the table's is told as failed", async () => {
  const made = new AuthError("busy");
  Object.assign(made, { code: "ada@example.org" });
  const stores = memoryStores();
  const limits = { ...stores.limits, take: () => Promise.reject(made) };
  const recording = record();
  await makeAccounts({ stores: { ...stores, limits } })
    .auth.login({ tag, password }, home)
    .catch(() => {});
  for (const labels of Object.keys(await recording.points("latchkey.flow.outcomes"))) {
    const outcome = labels.split(" ")[1] ?? "";
    assert.ok(outcome === "failed" || Object.hasOwn(errorTable, outcome), labels);
  }
});
