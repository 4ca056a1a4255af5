import { afterEach, expect, it, vi } from "vitest";
import { ada, home } from "../../test/people.ts";
import { makeWorld, type World } from "../../test/world.ts";
import type { Random } from "../ports/random.ts";

const auths: World["auth"][] = [];
afterEach(() => Promise.all(auths.splice(0).map((auth) => auth.stop())));

/** A world whose worker is stopped after the test. */
function worldWithWorker(options: Parameters<typeof makeWorld>[0]): World {
  const world = makeWorld(options);
  auths.push(world.auth);
  return world;
}

/** Draws the same bytes each time. */
const drawing = (byte: number): Random => ({
  bytes: (count) => new Uint8Array(count).fill(byte),
});

const claims = ({ calls }: World): number =>
  calls.filter(({ method }) => method === "claim").length;

/** Long enough for a worker that is about to do something to do it. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

it("an idle worker begins what it is woken for after a part of the time that is drawn", async () => {
  const jobs = { pollSeconds: 60, startWithinSeconds: 1 };
  const took = async (byte: number): Promise<number> => {
    const world = worldWithWorker({ jobs, random: drawing(byte) });
    await world.auth.start();
    await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(0));
    await aWhile();
    const wokenAt = performance.now();
    await world.auth.forgotPassword({ email: ada.email }, home);
    const before = claims(world);
    await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(before), { timeout: 2000 });
    return performance.now() - wokenAt;
  };
  const [soon, late] = [await took(0), await took(192)];
  expect(soon).toBeLessThan(700);
  expect(late).toBeGreaterThan(740);
});

it("a worker that has something to do takes the next at once", async () => {
  let open = (): void => {};
  const closed = new Promise<void>((resolve) => (open = resolve));
  const jobs = { pollSeconds: 60, startWithinSeconds: 10 };
  const world = worldWithWorker({
    ...{ jobs, limits: "off", random: drawing(255) },
    async around(call, proceed) {
      if (call.port === "mailer" && world.mailbox.messages.length === 0) await closed;
      return proceed();
    },
  });
  await world.auth.register({ ...ada, email: "first@example.org" }, home);
  await world.auth.start();
  await vi.waitFor(() => expect(world.calls.map(({ method }) => method)).toContain("send"));
  const before = claims(world);
  await world.auth.forgotPassword({ email: ada.email }, home);
  await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(before));
  open();
});

it("stop does not wait for the time that an idle worker lets pass", async () => {
  const jobs = { pollSeconds: 60, startWithinSeconds: 10 };
  const world = worldWithWorker({ jobs, random: drawing(255) });
  await world.auth.start();
  await vi.waitFor(() => expect(claims(world)).toBeGreaterThan(0));
  await aWhile();
  await world.auth.forgotPassword({ email: ada.email }, home);
  await aWhile();
  const before = performance.now();
  await world.auth.stop();
  expect(performance.now() - before).toBeLessThan(2000);
  expect(claims(world)).toBe(1);
});
