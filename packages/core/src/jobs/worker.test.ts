import { afterEach, expect, it, vi } from "vitest";
import { ada, home, register } from "../../test/people.ts";
import type { Around } from "../../test/ports.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { MailMessage } from "../ports/mailer.ts";

const auths: World["auth"][] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(auths.splice(0).map((auth) => auth.stop()));
});

/** A world whose worker is stopped after the test. */
function worldWithWorker(options: Parameters<typeof makeWorld>[0] = {}): World {
  const world = makeWorld(options);
  auths.push(world.auth);
  return world;
}

const rarely = { pollSeconds: 60, startWithinSeconds: 0 };
const often = { pollSeconds: 0.05, startWithinSeconds: 0 };

const claims = ({ calls }: World): number =>
  calls.filter(({ method }) => method === "claim").length;

/** Long enough for a worker that is about to do something to do it. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

const mailed = (world: World, count: number): Promise<void> =>
  vi.waitFor(() => expect(world.mailbox.messages).toHaveLength(count), { timeout: 2000 });

/** A door that calls wait at until it is opened. */
function aDoor(): { readonly closed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open: () => open() };
}

it("runJobs runs what is due, until nothing is, and answers how many jobs that was", async () => {
  const world = makeWorld({ jobs: { batch: 2 } });
  for (const number of [1, 2, 3, 4, 5]) {
    await world.auth.forgotPassword({ email: `person${number}@example.org` }, home);
  }
  expect(await world.auth.runJobs()).toBe(5);
  expect(await world.auth.runJobs()).toBe(0);
});

it("a started worker mails at once, long before it would look by itself", async () => {
  const world = worldWithWorker({ jobs: rarely });
  await world.auth.start();
  await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(0));
  await world.auth.register(ada, home);
  await mailed(world, 1);
});

it("a job that arrives while the worker looks for the first time is not left lying", async () => {
  const door = aDoor();
  let first = true;
  const world = worldWithWorker({
    jobs: rarely,
    async around(call, proceed) {
      const answer = await proceed();
      if (call.method !== "claim" || !first) return answer;
      first = false;
      await door.closed;
      return answer;
    },
  });
  await world.auth.start();
  await world.auth.register(ada, home);
  door.open();
  await mailed(world, 1);
  expect(claims(world)).toBeGreaterThan(1);
});

it("a started worker finds by itself what became due with time", async () => {
  let fail = true;
  const world = worldWithWorker({
    jobs: often,
    async around(call, proceed) {
      if (call.port === "mailer" && fail) throw new Error("not now");
      return proceed();
    },
  });
  await world.auth.start();
  await world.auth.register(ada, home);
  await vi.waitFor(() => expect(world.eventNames()).toContain("job.failed"));
  fail = false;
  world.clock.advance({ seconds: 3 });
  await mailed(world, 1);
});

it("runs at most a batch at once", async () => {
  let running = 0;
  let most = 0;
  const around: Around = async (call, proceed) => {
    if (call.port !== "mailer") return proceed();
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return proceed();
  };
  const world = worldWithWorker({ jobs: { ...rarely, batch: 3 }, limits: "off", around });
  for (let number = 0; number < 12; number += 1) {
    await world.auth.register({ ...ada, email: `ada${number}@example.org` }, home);
  }
  await world.auth.start();
  await mailed(world, 12);
  expect(most).toBe(3);
});

it("stop waits for the mail that is being sent", async () => {
  const door = aDoor();
  const sent: MailMessage[] = [];
  const mailer = {
    async send(message: MailMessage) {
      await door.closed;
      sent.push(message);
    },
  };
  const world = worldWithWorker({ jobs: rarely, mailer });
  await world.auth.start();
  await world.auth.register(ada, home);
  await vi.waitFor(() => expect(world.calls.map(({ method }) => method)).toContain("send"));
  let stopped = false;
  const stopping = world.auth.stop().then(() => (stopped = true));
  await aWhile();
  expect(stopped).toBe(false);
  door.open();
  await stopping;
  expect(sent).toHaveLength(1);
  expect(await world.ports.accounts.outbox.count(world.clock.now())).toMatchObject({ claimed: 0 });
});

it("stop waits for what is being claimed at that moment: nothing runs after it", async () => {
  const door = aDoor();
  const world = worldWithWorker({
    jobs: rarely,
    async around(call, proceed) {
      const answer = await proceed();
      if (call.method === "claim") await door.closed;
      return answer;
    },
  });
  await world.auth.register(ada, home);
  await world.auth.start();
  await vi.waitFor(() => expect(claims(world)).toBe(1));
  const stopping = world.auth.stop();
  door.open();
  await stopping;
  expect(world.mailbox.messages).toHaveLength(1);
  world.forget();
  await aWhile();
  expect(world.calls).toEqual([]);
  expect(await world.ports.accounts.outbox.count(world.clock.now())).toMatchObject({ claimed: 0 });
});

it("stop ends at once where the outbox fails at that moment", async () => {
  const door = aDoor();
  const world = worldWithWorker({
    jobs: rarely,
    async around(call, proceed) {
      if (call.method !== "claim") return proceed();
      await door.closed;
      throw new Error("connection lost");
    },
  });
  await world.auth.start();
  await vi.waitFor(() => expect(claims(world)).toBe(1));
  const before = performance.now();
  const stopping = world.auth.stop();
  door.open();
  await stopping;
  expect(performance.now() - before).toBeLessThan(1000);
});

it("stop waits no longer than it was told for a job that does not end", async () => {
  const mailer = { send: () => new Promise<void>(() => {}) };
  const world = worldWithWorker({ jobs: { ...rarely, drainSeconds: 0.1 }, mailer });
  await world.auth.start();
  await world.auth.register(ada, home);
  await vi.waitFor(() => expect(world.calls.map(({ method }) => method)).toContain("send"));
  const before = performance.now();
  await world.auth.stop();
  expect(performance.now() - before).toBeLessThan(1000);
});

it("after stop nothing is claimed, however soon it followed start", async () => {
  const world = worldWithWorker({ jobs: often });
  await world.auth.start();
  await world.auth.stop();
  world.forget();
  await world.auth.register(ada, home);
  await aWhile();
  expect(claims(world)).toBe(0);
  expect(world.mailbox.messages).toEqual([]);
});

it("stop may be called before start, twice, and twice at once", async () => {
  const world = worldWithWorker({ jobs: often });
  await world.auth.stop();
  await world.auth.start();
  await Promise.all([world.auth.stop(), world.auth.stop()]);
  await world.auth.stop();
  world.forget();
  await aWhile();
  expect(claims(world)).toBe(0);
});

it("start twice is one worker", async () => {
  const world = worldWithWorker({ jobs: rarely });
  await world.auth.start();
  await world.auth.start();
  await aWhile();
  expect(claims(world)).toBe(1);
});

it.each(["after", "before the end of"])(
  "start %s stop works, and the worker is woken as ever",
  async (when) => {
    const world = worldWithWorker({ jobs: rarely });
    await world.auth.start();
    const stopping = world.auth.stop();
    if (when === "after") await stopping;
    await world.auth.start();
    await stopping;
    await aWhile();
    await world.auth.register(ada, home);
    await mailed(world, 1);
    expect(world.eventNames()).toContain("confirmation.sent");
  },
);

it("survives an outbox that cannot be asked, and says so", async () => {
  let down = true;
  const world = worldWithWorker({
    jobs: often,
    async around(call, proceed) {
      if (call.method === "claim" && down) throw new Error("connection refused");
      return proceed();
    },
  });
  await world.auth.register(ada, home);
  await world.auth.start();
  await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(2));
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "fault", where: "outbox claim" }),
  );
  down = false;
  await mailed(world, 1);
});

it("survives an outbox that cannot be told: the job is run again after its lease", async () => {
  let down = true;
  const world = makeWorld({
    async around(call, proceed) {
      if (call.method === "done" && down) throw new Error("connection refused");
      return proceed();
    },
  });
  await world.auth.register(ada, home);
  expect(await world.auth.runJobs()).toBe(1);
  expect(world.eventNames()).toContain("fault");
  down = false;
  world.clock.advance({ seconds: 59 });
  expect(await world.auth.runJobs()).toBe(0);
  world.clock.advance({ seconds: 1 });
  expect(await world.auth.runJobs()).toBe(1);
  const [first, second] = world.mailbox.messages;
  expect({ ...second, at: 0 }).toEqual({ ...first, at: 0 });
});

it("an outbox that pushes nothing, or fails to, is polled", async () => {
  const world = worldWithWorker({
    jobs: often,
    async around(call, proceed) {
      if (call.method === "watch") throw new Error("no such channel");
      return proceed();
    },
  });
  await world.auth.start();
  await world.auth.register(ada, home);
  await mailed(world, 1);
  expect(world.events).toContainEqual(
    expect.objectContaining({ name: "fault", where: "outbox watch" }),
  );
});

it("a job that never ends gives its place back with its lease, and is tried again later", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const mailer = { send: () => new Promise<void>(() => {}) };
  const world = makeWorld({ jobs: { batch: 1, leaseSeconds: 10 }, mailer });
  await world.auth.register(ada, home);
  const run = world.auth.runJobs();
  await vi.advanceTimersByTimeAsync(10_000);
  await run;
  expect(world.eventNames()).toContain("job.failed");
  const { outbox } = world.ports.accounts;
  expect(await outbox.count(world.clock.now())).toMatchObject({ claimed: 0, later: 1 });
});

it("a job whose every try killed its process is buried in the end", async () => {
  const world = makeWorld({ jobs: { maxAttempts: 3 } });
  await world.auth.register(ada, home);
  const { outbox } = world.ports.accounts;
  for (let death = 0; death < 3; death += 1) {
    expect(await outbox.claim(["send-confirmation"], 1, 60, world.clock.now())).toHaveLength(1);
    world.clock.advance({ minutes: 1 });
  }
  await world.auth.runJobs();
  expect(world.mailbox.messages).toEqual([]);
  expect(world.eventNames()).toContain("job.buried");
  expect(await outbox.count(world.clock.now())).toMatchObject({ buried: 1 });
});

it("without a worker the first job that is left warns after a while, once", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const world = makeWorld({ warns: true });
  const nonsense = world.auth.confirm({ email: "no", confirmationCode: "" }, home);
  await expect(nonsense).rejects.toMatchObject({ code: "invalid_input" });
  await world.auth.register(ada, home);
  await world.auth.forgotPassword({ email: ada.email }, home);
  expect(warn).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toContain("auth.start()");
  vi.useRealTimers();
  warn.mockRestore();
});

it("jobs that are run in the next line, as a test does, warn of nothing", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const world = makeWorld({ warns: true });
  await world.auth.register(ada, home);
  vi.useRealTimers();
  await world.auth.runJobs();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.advanceTimersByTime(60_000);
  expect(warn).not.toHaveBeenCalled();
  vi.useRealTimers();
  warn.mockRestore();
});

it("with a worker, or with nothing left to do, nothing warns", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const world = worldWithWorker({ warns: true, jobs: rarely });
  await world.auth.runJobs();
  const { registrationId, code } = await register(world, ada);
  // Another process, without handlers: confirming leaves it nothing to do.
  const other = world.process({ warns: true });
  await other.confirm({ email: ada.email, registrationId, confirmationCode: code }, home);
  const third = world.process({ warns: true });
  auths.push(third);
  await third.start();
  await third.forgotPassword({ email: ada.email }, home);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
