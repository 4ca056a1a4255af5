import { expect, it } from "vitest";
import { ada, askForLink, home, signUp } from "../../test/people.ts";
import type { Around } from "../../test/ports.ts";
import { makeWorld, type World } from "../../test/world.ts";
import { MailRefused } from "../errors.ts";
import type { MailMessage } from "../ports/mailer.ts";

/** A mailer that fails while told to, and says what it was given. */
function failing(error: Error): { around: Around; mends: () => void; given: MailMessage[] } {
  let broken = true;
  const given: MailMessage[] = [];
  return {
    given,
    mends: () => (broken = false),
    async around(call, proceed) {
      if (call.port !== "mailer") return proceed();
      given.push(call.args[0] as MailMessage);
      if (broken) throw error;
      return proceed();
    },
  };
}

class SmtpError extends Error {
  override readonly name = "SmtpError";
  readonly code = "ECONNREFUSED";
}

const count = (world: World): Promise<object> =>
  world.ports.accounts.outbox.count(world.clock.now());

/** Runs every try of the jobs until none is left, a few minutes at a time. */
async function untilNothingIsLeft(world: World): Promise<void> {
  for (let look = 0; look < 2000; look += 1) {
    await world.auth.runJobs();
    const left = await world.ports.accounts.outbox.count(world.clock.now());
    if (left.due + left.later + left.claimed === 0) return;
    world.clock.advance({ minutes: 5 });
  }
}

it("a retried job mails the same code with the same message id, and the code works", async () => {
  const mailer = failing(new SmtpError("down"));
  const world = makeWorld({ around: mailer.around });
  const { registrationId } = await world.auth.register(ada, home);
  await world.auth.runJobs();
  mailer.mends();
  world.clock.advance({ seconds: 3 });
  await world.auth.runJobs();
  expect(mailer.given).toHaveLength(2);
  expect(mailer.given[1]).toEqual(mailer.given[0]);
  const { code } = world.mailbox.last(ada.email, "confirmation_code").data;
  const confirmation = { email: ada.email, registrationId, confirmationCode: code };
  await expect(world.auth.confirm(confirmation, home)).resolves.toMatchObject({ tag: ada.tag });
});

it("a retried job mails the same link with the same message id, and tells of it once", async () => {
  const world = makeWorld();
  await signUp(world);
  const mailer = failing(new SmtpError("down"));
  const told: string[] = [];
  const other = world.process({
    around: mailer.around,
    handlers: { "reset.offered": async ({ linkId }) => void told.push(linkId) },
  });
  await other.forgotPassword({ email: ada.email }, home);
  await other.runJobs();
  mailer.mends();
  world.clock.advance({ seconds: 3 });
  await other.runJobs();
  expect(mailer.given).toHaveLength(2);
  expect(mailer.given[1]).toEqual(mailer.given[0]);
  expect(told).toHaveLength(1);
});

it("a retried job tells once that it superseded an earlier link", async () => {
  const world = makeWorld();
  await signUp(world);
  await askForLink(world);
  world.clock.advance({ minutes: 1 });
  const mailer = failing(new SmtpError("down"));
  const told: string[] = [];
  const other = world.process({
    around: mailer.around,
    handlers: { "reset.superseded": async ({ id }) => void told.push(id) },
  });
  await other.forgotPassword({ email: ada.email }, home);
  await other.runJobs();
  mailer.mends();
  world.clock.advance({ seconds: 3 });
  await other.runJobs();
  expect(mailer.given).toHaveLength(2);
  expect(told).toHaveLength(1);
});

it("a job that died before it could tell what it superseded tells it when it is run again", async () => {
  const told: string[] = [];
  const world = makeWorld({
    handlers: {
      "reset.offered": async ({ linkId }) => void told.push(`offered ${linkId}`),
      "reset.superseded": async ({ linkId }) => void told.push(`superseded ${linkId}`),
    },
    async around(call, proceed) {
      if (dies && ["enqueue", "retry"].includes(call.method)) throw new Error("killed");
      return proceed();
    },
  });
  let dies = false;
  await signUp(world);
  await askForLink(world);
  const [first = ""] = told;
  world.clock.advance({ minutes: 1 });
  await world.auth.forgotPassword({ email: ada.email }, home);
  dies = true;
  await world.auth.runJobs();
  expect(told).toHaveLength(2);
  dies = false;
  world.clock.advance({ minutes: 2 });
  await world.auth.runJobs();
  expect(told.slice(1).toSorted()).toEqual([
    expect.stringMatching(/^offered /),
    first.replace("offered", "superseded"),
  ]);
  world.clock.advance({ hours: 1 });
  await world.auth.runJobs();
  expect(told).toHaveLength(3);
});

it("a notice is mailed again with the same message id", async () => {
  const world = makeWorld();
  await signUp(world);
  const mailer = failing(new SmtpError("down"));
  const other = world.process({ around: mailer.around });
  await other.register({ ...ada, tag: "ada2" }, home);
  await other.runJobs();
  mailer.mends();
  world.clock.advance({ seconds: 3 });
  await other.runJobs();
  expect(mailer.given.map(({ kind }) => kind)).toEqual(["account_exists", "account_exists"]);
  expect(mailer.given[1]).toEqual(mailer.given[0]);
});

it.each([
  { what: "code", at: { minutes: 10 }, kind: "send-confirmation" },
  { what: "link", at: { minutes: 30 }, kind: "send-reset-link" },
])("a $what that expired before it could be mailed is buried unsent", async ({ at, kind }) => {
  const mailer = failing(new SmtpError("down"));
  const world = makeWorld();
  if (kind === "send-reset-link") await signUp(world);
  world.mailbox.clear();
  const other = world.process({ around: mailer.around });
  if (kind === "send-reset-link") await other.forgotPassword({ email: ada.email }, home);
  else await other.register(ada, home);
  await other.runJobs();
  mailer.mends();
  world.clock.advance(at);
  await other.runJobs();
  expect(world.mailbox.messages).toEqual([]);
  expect(world.events).toContainEqual(expect.objectContaining({ name: "job.buried", kind }));
  expect(await count(world)).toMatchObject({ buried: 1 });
});

it("one second before, it is still mailed", async () => {
  const world = makeWorld();
  await world.auth.register(ada, home);
  world.clock.advance({ minutes: 9, seconds: 59 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(1);
});

it("a mail that was refused for good is buried at once", async () => {
  const refused = new MailRefused("no such mailbox: ada", { code: "550-5.1.1" });
  const world = makeWorld({ around: failing(refused).around });
  await world.auth.register(ada, home);
  await world.auth.runJobs();
  expect(await count(world)).toMatchObject({ due: 0, later: 0, buried: 1 });
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "job.buried", reason: "MailRefused 550-5.1.1" }),
  );
});

it("a refusal is known by its name: the mailer may carry another copy of this package", async () => {
  const refused = Object.assign(new Error("no such mailbox"), { name: "MailRefused" });
  const world = makeWorld({ around: failing(refused).around });
  await world.auth.register(ada, home);
  await world.auth.runJobs();
  expect(await count(world)).toMatchObject({ buried: 1 });
});

it("waits double from two seconds, with up to a quarter more, and end at two hours", async () => {
  const mailer = failing(new SmtpError("down"));
  const world = makeWorld({ registration: { claimTtlSeconds: 259_200 } });
  const { userId } = await signUp(world);
  const other = world.process({ around: mailer.around });
  // A notice does not expire, so all of its tries are made.
  const job = {
    ...{ id: "00000000-0000-4000-8000-000000000001", kind: "send-notice" as const, lane: null },
    ...{ payload: { userId, notice: "password_changed" as const } },
    ...{ createdAt: world.clock.now(), dueAt: world.clock.now() },
  };
  await world.ports.accounts.outbox.enqueue([job], world.clock.now());
  world.forget();
  await other.runJobs();
  const waits: number[] = [];
  for (let attempt = 1; attempt < 20; attempt += 1) {
    const retries = world.calls.filter(({ method }) => method === "retry");
    const dueAt = retries.at(-1)?.args[2] as Date;
    waits.push((dueAt.getTime() - world.clock.now().getTime()) / 1000);
    world.clock.set(dueAt);
    await other.runJobs();
  }
  for (const [index, wait] of waits.entries()) {
    const base = Math.min(2 ** (index + 1), 7200);
    expect(wait).toBeGreaterThanOrEqual(base);
    expect(wait).toBeLessThanOrEqual(base * 1.25);
  }
  // The twentieth try was the last.
  expect(mailer.given).toHaveLength(20);
  expect(await count(world)).toMatchObject({ later: 0, buried: 1 });
  const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3600;
  expect(hours).toBeGreaterThan(16);
});

it("waits as long as configured, and no longer than the longest", async () => {
  const mailer = failing(new SmtpError("down"));
  const jobs = { retrySeconds: 0.5, longestRetrySeconds: 1 };
  const world = makeWorld({ around: mailer.around, jobs });
  await world.auth.register(ada, home);
  world.forget();
  for (const [least, most] of [
    [0.5, 0.625],
    [1, 1.25],
    [1, 1.25],
  ] as const) {
    await world.auth.runJobs();
    const dueAt = world.calls.findLast(({ method }) => method === "retry")?.args[2] as Date;
    const wait = (dueAt.getTime() - world.clock.now().getTime()) / 1000;
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
    world.clock.set(dueAt);
  }
});

it("a job is given up after as many tries as configured, and what it was for is kept", async () => {
  const mailer = failing(new SmtpError("down"));
  const world = makeWorld({ jobs: { maxAttempts: 3 }, registration: { codeTtlSeconds: 600 } });
  await signUp(world);
  const other = world.process({ around: mailer.around });
  await other.register({ ...ada, tag: "ada2" }, home);
  world.forget();
  for (let look = 0; look < 5; look += 1) {
    await other.runJobs();
    world.clock.advance({ seconds: 30 });
  }
  expect(mailer.given).toHaveLength(3);
  expect(world.eventNames().filter((name) => name === "job.failed")).toHaveLength(2);
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "job.buried", reason: "SmtpError ECONNREFUSED" }),
  );
});

it("what is kept of a failure names it and quotes nothing of it", async () => {
  const quoting = Object.assign(new Error(`550 rejected: "your code is 123456"`), {
    name: "bad name: 123456",
    code: "code 123456",
  });
  const world = makeWorld({ around: failing(quoting).around });
  await world.auth.register(ada, home);
  await world.auth.runJobs();
  const [retried] = world.calls.filter(({ method }) => method === "retry");
  expect(retried?.args[3]).toBe("Error");
});

it("a mail that cannot be sent is no reason for another address to wait", async () => {
  const world = makeWorld({
    async around(call, proceed) {
      const [message] = call.args as [MailMessage];
      if (call.port === "mailer" && message.to === ada.email) throw new SmtpError("down");
      return proceed();
    },
  });
  await world.auth.register(ada, home);
  await world.auth.register({ ...ada, email: "b@example.org", tag: "bbb" }, home);
  await world.auth.runJobs();
  expect(world.mailbox.messages.map(({ to }) => to)).toEqual(["b@example.org"]);
  await untilNothingIsLeft(world);
  expect(await count(world)).toMatchObject({ buried: 1 });
});
