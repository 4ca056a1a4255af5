import { expect, it } from "vitest";
import { ada, aPerson, home, register, signUp } from "../../test/people.ts";
import { traceOf } from "../../test/ports.ts";
import { makeWorld, type World } from "../../test/world.ts";

// What a request must not reveal has no branch (ASVS 6.3.8): the calls of ports, and the sizes of
// what is handed to them, are the same for everybody. Equal time follows from that.

/** Emails of equal length, and what each is. */
const emails = {
  known: "ada.known@example.org",
  unknown: "no.body@an.example.org",
  unconfirmed: "claim@one.example.org",
  disabled: "shutout@the.example.org",
  removed: "former@its.example.org",
} as const;

type Kind = keyof typeof emails;

const kinds = Object.keys(emails) as readonly Kind[];
const padded = (kind: Kind): string => emails[kind].padStart(30, "x");

async function everyKind(): Promise<{ world: World; ids: Record<Kind, string> }> {
  const world = makeWorld();
  const person = (number: number, kind: Kind) => aPerson(number, { email: padded(kind) });
  const known = await signUp(world, person(1, "known"));
  const disabled = await signUp(world, person(2, "disabled"));
  const removed = await signUp(world, person(3, "removed"));
  await world.auth.disable({ userId: disabled.userId }, home);
  await world.auth.remove({ userId: removed.userId }, home);
  const unconfirmed = await register(world, person(4, "unconfirmed"));
  await world.auth.runJobs();
  world.clock.advance({ hours: 2 });
  const ids = {
    ...{ known: known.userId, disabled: disabled.userId, removed: removed.userId },
    unconfirmed: unconfirmed.registrationId,
    unknown: "00000000-0000-4000-8000-000000000000",
  };
  return { world, ids };
}

/** Each call with the size of its arguments, and the events with their fields. */
function shapeOf(world: World): string {
  const sizes = world.calls.map(({ args }) => JSON.stringify(args).length);
  const events = world.events.map((event) => [event.name, ...Object.keys(event)]);
  return JSON.stringify({ trace: traceOf(world.calls), sizes, events });
}

async function shapes(
  world: World,
  act: (kind: Kind) => Promise<unknown>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const kind of kinds) {
    world.forget();
    const answer = await act(kind).catch((error: unknown) => error);
    seen.push(`${shapeOf(world)} ${JSON.stringify(answer)?.length ?? 0}`);
  }
  return seen;
}

it("A-35: forgot makes the same calls for everybody", async () => {
  const { world } = await everyKind();
  const seen = await shapes(world, (kind) =>
    world.auth.forgotPassword({ email: padded(kind) }, home),
  );
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toContain("outbox.enqueue");
});

it("A-35: register makes the same calls for everybody's email", async () => {
  const { world } = await everyKind();
  const seen = await shapes(world, (kind) =>
    world.auth.register({ ...ada, tag: "newcomer", email: padded(kind) }, home),
  );
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toContain("users.addRegistration");
});

it("A-35: resend makes the same calls for everybody", async () => {
  const { world, ids } = await everyKind();
  const seen = await shapes(world, (kind) =>
    world.auth.resendCode({ email: padded(kind), registrationId: ids[kind] }, home),
  );
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).toContain("outbox.enqueue");
});

it("A-35: a wrong code makes the same calls for everybody", async () => {
  const { world, ids } = await everyKind();
  const confirmationCode = "000000";
  const withoutId = await shapes(world, (kind) =>
    world.auth.confirm({ email: padded(kind), confirmationCode }, home),
  );
  expect(new Set(withoutId).size).toBe(1);
  const withId = await shapes(world, (kind) =>
    world.auth.confirm({ email: padded(kind), confirmationCode, registrationId: ids[kind] }, home),
  );
  expect(new Set(withId).size).toBe(1);
});

it("A-35: a weak password is told before anybody's email could matter", async () => {
  const { world } = await everyKind();
  const seen = await shapes(world, (kind) =>
    world.auth.register({ ...ada, password: "short", tag: "newcomer", email: padded(kind) }, home),
  );
  expect(new Set(seen).size).toBe(1);
  expect(seen[0]).not.toContain("users.");
});

it("A-09: a tag tells only what is public: that a user has it, never that a claim does", async () => {
  const { world } = await everyKind();
  const seen = new Map<string, string>();
  for (const tag of ["person1", "person2", "person3", "person4", "nobodys"]) {
    world.forget();
    const input = { ...ada, email: `${tag}@new.example.org`, tag };
    const answer = await world.auth.register(input, { ip: "192.0.2.77" }).then(
      () => "added",
      (error: unknown) => String(error),
    );
    seen.set(tag, `${answer} ${traceOf(world.calls).join()}`);
  }
  expect(seen.get("person1")).toContain("tag_taken");
  expect(seen.get("person2")).toBe(seen.get("person1"));
  expect(seen.get("person3")).toBe(seen.get("nobodys"));
  expect(seen.get("person4")).toBe(seen.get("nobodys"));
});
