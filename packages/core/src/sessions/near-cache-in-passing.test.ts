import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { aSession, now } from "../../test/forge.ts";
import type { Session } from "../domain/session.ts";
import { manualClock, type ManualClock } from "../memory/clock.ts";
import { memorySessions } from "../memory/session-store.ts";
import type { SessionStore } from "../ports/session-store.ts";
import { nearCache, type NearCache } from "./near-cache.ts";

let clock: ManualClock;
let session: Session;
let finds: number;
/** What the store answers, when it does. */
let answer: () => Promise<Session | null>;
let cache: NearCache;

beforeEach(async () => {
  clock = manualClock(now);
  session = aSession();
  const memory = memorySessions();
  await memory.open(session, 10, now);
  finds = 0;
  answer = () => memory.find(session.userId, session.id, clock.now());
  const store: SessionStore = {
    ...memory,
    find() {
      finds += 1;
      return answer();
    },
  };
  cache = nearCache(store, { entries: 10, clock, onFault: () => {} });
  // A subscription begun by the first request is settled before the next.
  await ask();
  await ask();
});

/** One request; whether the store was asked, and what was found. */
async function ask(): Promise<{ readonly asked: boolean; readonly found: boolean }> {
  const before = finds;
  const found = await cache.near.find(session.userId, session.id, clock.now());
  await turn();
  return { asked: finds > before, found: found !== null };
}

const isRecalled = (): boolean => cache.recall(session.userId, session.id, clock.now());

/** From now on the store answers when it is told to. */
function hold(): () => void {
  const answered = answer;
  let open = (): void => {};
  const held = new Promise<void>((resolve) => (open = resolve));
  answer = () => held.then(answered);
  return () => open();
}

describe("a session that is in use", () => {
  it("is remembered to begin with", async () => {
    expect(await ask()).toEqual({ asked: false, found: true });
  });

  it("is asked for in passing after 1 s, once for all, and so stays remembered", async () => {
    clock.advance({ milliseconds: 999 });
    expect(await ask()).toEqual({ asked: false, found: true });
    clock.advance({ milliseconds: 1 });
    const open = hold();
    expect(await ask()).toEqual({ asked: true, found: true });
    clock.advance({ milliseconds: 999 });
    expect(await ask()).toEqual({ asked: false, found: true });
    open();
    await turn();
    // The 2 s run from when it was sent, not from the answer.
    const openAgain = hold();
    clock.advance({ milliseconds: 1000 });
    expect(isRecalled()).toBe(true);
    clock.advance({ milliseconds: 1 });
    expect(isRecalled()).toBe(false);
    openAgain();
  });

  it("is refused once it was found in passing to be over", async () => {
    clock.advance({ seconds: 1 });
    answer = async () => null;
    expect((await ask()).found).toBe(true);
    expect((await ask()).found).toBe(false);
  });

  it("is waited for once the 2 s are over, where the store answered nobody in passing", async () => {
    const open = hold();
    clock.advance({ milliseconds: 1999 });
    expect(isRecalled()).toBe(true);
    clock.advance({ milliseconds: 1 });
    expect(isRecalled()).toBe(false);
    open();
  });

  it("is let in for the rest of its 2 s where the store fails in passing, and nobody is told", async () => {
    answer = () => Promise.reject(new Error("away"));
    clock.advance({ milliseconds: 1500 });
    expect(await ask()).toEqual({ asked: true, found: true });
    clock.advance({ milliseconds: 500 });
    await expect(ask()).rejects.toThrow("away");
  });
});
