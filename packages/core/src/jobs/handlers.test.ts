import { expect, it } from "vitest";
import { ada, askForLink, bob, home, newPassword, signUp, signUpAndIn } from "../../test/people.ts";
import { makeWorld, type World, type WorldOptions } from "../../test/world.ts";
import type { Caller } from "../domain/session.ts";
import { durableEvents } from "../intents.ts";
import type { Handlers } from "../options.ts";
import type { DurableEvent } from "../ports/event-sink.ts";

/** Handlers of every durable event that keep what they are told. */
function listening(options: WorldOptions = {}): { world: World; told: DurableEvent[] } {
  const told: DurableEvent[] = [];
  const tell = async (event: DurableEvent): Promise<void> => void told.push(event);
  const handlers: Handlers = Object.fromEntries(durableEvents.map((name) => [name, tell]));
  return { world: makeWorld({ handlers, ...options }), told };
}

const names = (told: readonly DurableEvent[]): readonly string[] => told.map(({ name }) => name);

it("tells of everything that happens to an account, in order, with times as dates", async () => {
  const { world, told } = listening();
  const { userId } = await signUpAndIn(world);
  const first = await askForLink(world);
  world.clock.advance({ seconds: 61 });
  const second = await askForLink(world);
  expect(first).not.toBe(second);
  await world.auth.resetPassword({ token: second, email: ada.email, newPassword }, home);
  await world.auth.disable({ userId }, home);
  await world.auth.enable({ userId }, home);
  await world.auth.remove({ userId }, home);
  await world.auth.runJobs();
  expect(names(told)).toEqual([
    ...["user.confirmed", "reset.offered", "reset.offered", "reset.superseded"],
    ...["reset.completed", "password.changed"],
    ...["user.disabled", "user.enabled", "user.removed"],
  ]);
  for (const event of told) {
    expect(event.userId).toBe(userId);
    expect(event.at).toBeInstanceOf(Date);
  }
  const [, offered, again, superseded, completed] = told;
  expect(offered).toMatchObject({ expiresAt: new Date("2026-01-01T00:30:00Z") });
  expect(superseded).toMatchObject({ linkId: (offered as { linkId?: string }).linkId });
  expect(completed).toMatchObject({ linkId: (again as { linkId?: string }).linkId });
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
});

it("leaves no job for an event that nobody handles", async () => {
  const world = makeWorld({ handlers: { "user.removed": async () => {} } });
  const { userId } = await signUp(world);
  const writes = world.calls.filter(({ method }) => method !== "claim");
  expect(JSON.stringify(writes)).not.toContain("run-handler");
  await world.auth.remove({ userId }, home);
  expect(await world.auth.runJobs()).toBe(2);
});

it("is told of nothing that did not happen", async () => {
  const { world, told } = listening();
  await signUp(world);
  await world.auth.runJobs();
  const token = await askForLink(world);
  await world.auth.runJobs();
  told.length = 0;
  const reset = { token, email: bob.email, newPassword };
  await expect(world.auth.resetPassword(reset, home)).rejects.toMatchObject({
    code: "email_mismatch",
  });
  const nobody = { userId: "00000000-0000-4000-8000-000000000000" };
  await expect(world.auth.remove(nobody, home)).rejects.toMatchObject({ code: "not_found" });
  await world.auth.runJobs();
  expect(told).toEqual([]);
});

it("runs a handler that failed again, with the same event, until it succeeds", async () => {
  const seen: DurableEvent[] = [];
  const world = makeWorld({
    handlers: {
      async "user.confirmed"(event) {
        seen.push(event);
        if (seen.length < 3) throw new Error("the profile service is away");
      },
    },
  });
  await signUp(world);
  for (let look = 0; look < 4; look += 1) {
    await world.auth.runJobs();
    world.clock.advance({ seconds: 10 });
  }
  expect(seen).toHaveLength(3);
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  expect(await world.auth.runJobs()).toBe(0);
});

it("a handler that fails holds up its own user's later events and nobody else's", async () => {
  const told: string[] = [];
  let failing = "";
  const tell = async ({ userId, name }: DurableEvent): Promise<void> => {
    if (`${userId} ${name}` === failing) throw new Error("not this one");
    told.push(`${userId} ${name}`);
  };
  const world = makeWorld({ handlers: { "user.disabled": tell, "user.enabled": tell } });
  const first = await signUp(world);
  const second = await signUp(world, bob);
  failing = `${first.userId} user.disabled`;
  for (const { userId } of [first, second]) {
    await world.auth.disable({ userId }, home);
    await world.auth.enable({ userId }, home);
  }
  await world.auth.runJobs();
  expect(told).toEqual([`${second.userId} user.disabled`, `${second.userId} user.enabled`]);
  failing = "";
  world.clock.advance({ seconds: 3 });
  await world.auth.runJobs();
  expect(told.slice(2)).toEqual([`${first.userId} user.disabled`, `${first.userId} user.enabled`]);
});

it("a handler that fails does not delay the end of sessions", async () => {
  const world = makeWorld({
    handlers: {
      async "user.disabled"() {
        throw new Error("always");
      },
    },
    async around(call, proceed) {
      // The flow dies before it closes the sessions itself.
      if (call.method === "closeAll" && call.port === "sessions" && down) throw new Error("down");
      return proceed();
    },
  });
  let down = false;
  const { userId, pair } = await signUpAndIn(world);
  down = true;
  await expect(world.auth.disable({ userId }, home)).rejects.toMatchObject({ code: "internal" });
  down = false;
  await world.auth.runJobs();
  const { accessToken } = pair;
  await expect(world.auth.authenticate({ accessToken }, home)).rejects.toMatchObject({
    code: "invalid_token",
  });
});

it("a handler that fails does not delay the mail that the password was changed", async () => {
  const world = makeWorld({
    handlers: {
      async "password.changed"() {
        throw new Error("always");
      },
      async "user.confirmed"() {
        throw new Error("always");
      },
    },
  });
  const { caller } = await signUpAndIn(world);
  const change = { caller, currentPassword: ada.password, newPassword };
  await world.auth.changePassword(change, home);
  await world.auth.runJobs();
  expect(world.mailbox.last(ada.email).kind).toBe("password_changed");
});

it("a process without the handler leaves the event to one that has it", async () => {
  const told: string[] = [];
  const handlers: Handlers = { "user.confirmed": async ({ userId }) => void told.push(userId) };
  const world = makeWorld({ handlers });
  const plain = world.process({ handlers: {} });
  const { registrationId } = await world.auth.register(ada, home);
  await plain.runJobs();
  const { code: confirmationCode } = world.mailbox.last(ada.email, "confirmation_code").data;
  await world.auth.confirm({ email: ada.email, registrationId, confirmationCode }, home);
  await plain.runJobs();
  expect(told).toEqual([]);
  world.clock.advance({ seconds: 3 });
  await world.auth.runJobs();
  expect(told).toEqual([registrationId]);
});

it("tells that a link ran out, when it does, if nobody used it", async () => {
  const { world, told } = listening();
  await signUp(world);
  await askForLink(world);
  world.clock.advance({ minutes: 29, seconds: 59 });
  await world.auth.runJobs();
  expect(names(told)).not.toContain("reset.expired");
  world.clock.advance({ seconds: 1 });
  await world.auth.runJobs();
  const [offered, expired] = told.slice(-2);
  expect(expired).toMatchObject({ name: "reset.expired" });
  expect(expired).toMatchObject({ linkId: (offered as { linkId?: string }).linkId });
  expect(world.eventNames()).toContain("reset.expired");
});

it.each(["used", "superseded", "ended by a change of password", "ended with its user"])(
  "tells of a link that was %s that its time is over, and not that it ran out",
  async (how) => {
    const { world, told } = listening();
    const { caller, userId } = await signUpAndIn(world);
    const token = await askForLink(world);
    const offered = told.at(-1);
    world.clock.advance({ minutes: 2 });
    if (how === "used") {
      await world.auth.resetPassword({ token, email: ada.email, newPassword }, home);
    } else if (how === "superseded") {
      const second = await askForLink(world);
      await world.auth.resetPassword({ token: second, email: ada.email, newPassword }, home);
    } else if (how === "ended with its user") {
      await world.auth.remove({ userId }, home);
    } else {
      const change = { currentPassword: ada.password, newPassword };
      await world.auth.changePassword({ caller, ...change }, home);
    }
    world.clock.advance({ hours: 1 });
    await world.auth.runJobs();
    expect(names(told)).not.toContain("reset.expired");
    const { linkId } = offered as { linkId?: string };
    expect(told).toContainEqual(expect.objectContaining({ name: "reset.ended", userId, linkId }));
  },
);

const endings = {
  "a change of password": ({ auth }: World, caller: Caller) =>
    auth.changePassword({ caller, currentPassword: ada.password, newPassword }, home),
  "a disabling": ({ auth }: World, { userId }: Caller) => auth.disable({ userId }, home),
  "a removal": ({ auth }: World, { userId }: Caller) => auth.remove({ userId }, home),
};

it.each(Object.entries(endings))("tells at once of the link that %s ended", async (_name, end) => {
  const { world, told } = listening();
  const { caller, userId } = await signUpAndIn(world);
  await askForLink(world);
  const { linkId } = told.at(-1) as { linkId?: string };
  await end(world, caller);
  await world.auth.runJobs();
  expect(told).toContainEqual(expect.objectContaining({ name: "reset.ended", userId, linkId }));
});

it.each(Object.entries(endings))("tells of no link where %s ended none", async (_name, end) => {
  const { world, told } = listening();
  const { caller } = await signUpAndIn(world);
  await end(world, caller);
  await world.auth.runJobs();
  expect(names(told)).not.toContain("reset.ended");
});
