import { expect, it } from "vitest";
import {
  ada,
  aPerson,
  bob,
  elsewhere,
  home,
  network,
  register,
  signUp,
} from "../../test/people.ts";
import { makeWorld, type World } from "../../test/world.ts";

// What strangers can make us mail, and what they cannot use up by it.

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const mailsTo = (world: World, email: string): number =>
  world.mailbox.messages.filter(({ to }) => to === email).length;
const limitsHit = (world: World): readonly unknown[] =>
  world.events.flatMap((event) =>
    event.name === "limit.hit" ? [{ ip: event.ip, limit: event.limit }] : [],
  );

it("resends with made-up ids use nothing up: the email's owner still registers and confirms", async () => {
  const world = makeWorld();
  for (let n = 0; n < 100; n += 1) {
    await world.auth.resendCode({ email: ada.email, registrationId: uuid(n) }, network(n));
  }
  await world.auth.runJobs();
  expect(mailsTo(world, ada.email)).toBe(0);
  await expect(signUp(world)).resolves.toBeDefined();
});

it("codesByEmail: repeated codes count among the first ones; over it none is mailed and the last stays good", async () => {
  const world = makeWorld();
  const claims = [
    await register(world, ada),
    await register(world, { ...bob, email: ada.email }, elsewhere),
  ];
  for (let minute = 0; minute < 3; minute += 1) {
    world.clock.advance({ minutes: 1 });
    for (const { registrationId } of claims) {
      await world.auth.resendCode({ email: ada.email, registrationId }, network(minute));
      await world.auth.runJobs();
    }
  }
  expect(mailsTo(world, ada.email)).toBe(5);
  expect(limitsHit(world)).toEqual([0, 1, 2].map(() => ({ ip: null, limit: "codesByEmail" })));
  // The third resend of the first claim was the fifth mail; the second's newest code is its second.
  const [first] = claims;
  const codes = world.mailbox.messages.flatMap((mail) =>
    mail.kind === "confirmation_code" ? [mail.data] : [],
  );
  const last = codes.findLast(({ tag }) => tag === ada.tag);
  const input = { email: ada.email, registrationId: first?.registrationId };
  const confirmed = world.auth.confirm({ ...input, confirmationCode: last?.code ?? "" }, home);
  await expect(confirmed).resolves.toMatchObject({ tag: ada.tag });
  await expect(
    world.auth.register({ ...aPerson(1), email: ada.email }, home),
  ).rejects.toMatchObject({
    code: "rate_limited",
  });
});

it("a repeated code that could not be mailed counts once, when it is", async () => {
  let isDown = false;
  const world = makeWorld({
    async around({ port }, proceed) {
      if (port === "mailer" && isDown) throw new Error("no mail today");
      return proceed();
    },
  });
  const { registrationId } = await register(world, ada);
  world.clock.advance({ minutes: 1 });
  await world.auth.resendCode({ email: ada.email, registrationId }, home);
  isDown = true;
  for (let look = 0; look < 5; look += 1) {
    await world.auth.runJobs();
    world.clock.advance({ seconds: 2 ** (look + 1) * 1.25 });
  }
  isDown = false;
  await world.auth.runJobs();
  expect(mailsTo(world, ada.email)).toBe(2);
  for (let n = 0; n < 3; n += 1) {
    await world.auth.register({ ...aPerson(n), email: ada.email }, network(n));
  }
  const sixth = world.auth.register({ ...aPerson(4), email: ada.email }, network(4));
  await expect(sixth).rejects.toMatchObject({ code: "rate_limited" });
});

it("mailsToNewAddresses: what everybody together makes us mail to the world waits, and is then mailed", async () => {
  const world = makeWorld();
  await signUp(world, bob);
  world.clock.advance({ minutes: 10 });
  for (let n = 0; n < 310; n += 1) await world.auth.register(aPerson(n), network(n));
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(301);
  expect(limitsHit(world)).toHaveLength(10);
  expect(limitsHit(world)[0]).toEqual({ ip: null, limit: "mailsToNewAddresses" });

  // Those who have an account get their mails all the same, and hold up nobody.
  await world.auth.forgotPassword({ email: bob.email }, home);
  await world.auth.register({ ...ada, email: bob.email }, home);
  await world.auth.runJobs();
  expect(
    world.mailbox.messages
      .slice(301)
      .map(({ kind }) => kind)
      .toSorted(),
  ).toEqual([...["account_exists", "reset_link"]]);

  world.clock.advance({ seconds: 299 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(303);
  world.clock.advance({ seconds: 1 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(313);
});

it("a code that waits so long that it expires is not mailed, and its job is buried with the reason", async () => {
  const mailsToNewAddresses = { limit: 1, windowSeconds: 600 };
  const world = makeWorld({ limits: { mailsToNewAddresses } });
  await world.auth.register(aPerson(1), home);
  await world.auth.register(aPerson(2), home);
  await world.auth.runJobs();
  world.clock.advance({ seconds: 600 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(1);
  expect(world.events.find(({ name }) => name === "job.buried")).toMatchObject({
    reason: "the code expired before it could be mailed",
  });
});

it("mails to unknown addresses, where these are switched on, count among those to new ones", async () => {
  const mailsToNewAddresses = { limit: 3, windowSeconds: 300 };
  const world = makeWorld({ mailUnknownAddresses: true, limits: { mailsToNewAddresses } });
  for (let n = 0; n < 5; n += 1) {
    await world.auth.forgotPassword({ email: aPerson(n).email }, network(n));
  }
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(3);
  world.clock.advance({ seconds: 300 });
  await world.auth.runJobs();
  expect(world.mailbox.messages).toHaveLength(5);
});

it("forgot does the same work over the email's limit as under it, and mails nothing", async () => {
  const world = makeWorld();
  await signUp(world);
  world.mailbox.clear();
  const traces: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    world.forget();
    await world.auth.forgotPassword({ email: ada.email }, network(n));
    traces.push(JSON.stringify(world.calls.map(({ port, method }) => [port, method])));
  }
  expect(new Set(traces).size).toBe(1);
  expect(traces[0]).toContain("enqueue");
  await world.auth.runJobs();
  expect(mailsTo(world, ada.email)).toBe(1);
});
