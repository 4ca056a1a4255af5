import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { aSession, later, now } from "../../test/forge.ts";
import type { Session } from "../domain/session.ts";
import { AuthError } from "../errors.ts";
import { manualClock, type ManualClock } from "../memory/clock.ts";
import { memorySessions } from "../memory/session-store.ts";
import type { SessionNotice, SessionStore } from "../ports/session-store.ts";
import { nearCache, type NearCache } from "./near-cache.ts";

const entries = 100;

let clock: ManualClock;
let session: Session;
let memory: SessionStore;
let store: SessionStore;
let finds: number;
let watches: number;
/** Thrown by every call while it is set. */
let outage: AuthError | null;
let faults: unknown[];
let cache: NearCache;

beforeEach(async () => {
  clock = manualClock(now);
  session = aSession();
  memory = memorySessions();
  await memory.open(session, 10, now);
  [finds, watches, outage, faults] = [0, 0, null, []];
  const refuse = async (): Promise<void> => {
    if (outage !== null) throw outage;
  };
  store = {
    ...memory,
    async find(...of) {
      finds += 1;
      await refuse();
      return memory.find(...of);
    },
    async close(...of) {
      const closed = await memory.close(...of);
      await refuse();
      return closed;
    },
    async watch(...of) {
      watches += 1;
      await refuse();
      return memory.watch(...of);
    },
  };
  cache = nearCache(store, { entries, clock, onFault: (cause) => faults.push(cause) });
  await turn();
});

/** One request; whether the store was asked, and what was found. */
async function ask(of: Session = session): Promise<{ asked: boolean; found: boolean }> {
  const before = finds;
  const found = await cache.near.find(of.userId, of.id, clock.now());
  // A subscription begun by this request is settled before the next.
  await turn();
  return { asked: finds > before, found: found !== null };
}

/** The same, but what it asks is remembered for certain: nothing was heard meanwhile. */
async function warm(): Promise<void> {
  await ask();
  await ask();
  expect(await ask()).toEqual({ asked: false, found: true });
}

function held(): { readonly promise: Promise<void>; answer(): void } {
  let answer = (): void => {};
  const promise = new Promise<void>((resolve) => {
    answer = resolve;
  });
  return { promise, answer: () => answer() };
}

describe("a near cache", () => {
  it("asks nobody for 2 s after a lookup was sent, if nothing is asked for, and then again", async () => {
    await warm();
    clock.advance({ seconds: 2 });
    expect(await ask()).toEqual({ asked: true, found: true });
    expect(await ask()).toEqual({ asked: false, found: true });
  });

  it("never remembers that a session does not stand", async () => {
    const stranger = aSession({ userId: "00000000-0000-4000-8000-000000000000" });
    for (let request = 0; request < 3; request += 1) {
      expect(await ask(stranger)).toEqual({ asked: true, found: false });
    }
    await memory.open(stranger, 10, now);
    expect((await ask(stranger)).found).toBe(true);
  });

  it("asks once for all who ask at the same time, unless the answer is overtaken or a refusal", async () => {
    await warm();
    const together = (): Promise<readonly (Session | null)[]> =>
      Promise.all([1, 2, 3].map(() => cache.near.find(session.userId, session.id, clock.now())));
    const asks = async (act: () => unknown): Promise<number> => {
      const before = finds;
      await act();
      return finds - before;
    };
    clock.advance({ seconds: 2 });
    expect(await asks(together)).toBe(1);
    clock.advance({ seconds: 2 });
    expect(
      await asks(async () => {
        const first = together();
        await cache.exact.close("00000000-0000-4000-8000-000000000000", "none");
        const closing = cache.exact.closeAll(session.userId, { before: 0 });
        await closing;
        await Promise.all([first, together()]);
      }),
    ).toBe(2);
    await memory.close(session.userId, session.id);
    await turn();
    expect(await asks(together)).toBe(3);
  });

  it("shares no lookup that was sent 2 s ago", async () => {
    await warm();
    clock.advance({ seconds: 2 });
    const hold = held();
    store.find = async (...of) => {
      finds += 1;
      await hold.promise;
      return memory.find(...of);
    };
    const before = finds;
    const first = cache.near.find(session.userId, session.id, clock.now());
    clock.advance({ milliseconds: 1999 });
    const second = cache.near.find(session.userId, session.id, clock.now());
    expect(finds - before).toBe(1);
    clock.advance({ milliseconds: 1 });
    const third = cache.near.find(session.userId, session.id, clock.now());
    expect(finds - before).toBe(2);
    hold.answer();
    expect(await Promise.all([first, second, third])).not.toContain(null);
  });

  it("knows a session by its user too", async () => {
    await warm();
    const foreign = { ...session, userId: "00000000-0000-4000-8000-000000000000" };
    expect(await ask(foreign)).toEqual({ asked: true, found: false });
  });

  it("asks the store for a session that seems over: it may have been renewed elsewhere", async () => {
    const ending = aSession({
      id: "00000000-0000-4000-8000-000000000001",
      idleExpiresAt: later(1),
    });
    await memory.open(ending, 10, now);
    await ask(ending);
    await ask(ending);
    const renewal = { userId: session.userId, sessionId: ending.id, generation: 0, epoch: 0 };
    await memory.rotate({ ...renewal, graceSeconds: 10, idleSeconds: 600 }, now);
    clock.advance({ seconds: 1 });
    expect(await ask(ending)).toEqual({ asked: true, found: true });
  });

  it("is no way to change what it remembers", async () => {
    await warm();
    const [one, other] = [await cache.near.find(session.userId, session.id, now), session];
    one?.expiresAt.setTime(0);
    expect(await cache.near.find(session.userId, session.id, now)).toEqual(other);
    expect(finds).toBe(2);
  });

  it("lets a lookup of one user be, whatever is heard of another", async () => {
    await warm();
    await cache.exact.close("00000000-0000-4000-8000-000000000000", "none");
    expect(await ask()).toEqual({ asked: false, found: true });
  });

  it("remembers no more sessions than it may, the last ones used", async () => {
    await warm();
    const people = Array.from({ length: 3 * entries }, (_, index) =>
      aSession({ userId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}` }),
    );
    for (const one of people) {
      await memory.open(one, 10, now);
      await ask(one);
      // Used all the while.
      expect(await ask()).toEqual({ asked: false, found: true });
    }
    finds = 0;
    for (const one of people.slice(1 - entries)) await ask(one);
    expect(finds).toBe(0);
    for (const one of people.slice(0, entries)) await ask(one);
    expect(finds).toBe(entries);
  });

  it("counts each session of a user, and forgets those of 2 s ago with the next", async () => {
    const own = Array.from({ length: 3 * entries }, (_, index) =>
      aSession({ id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}` }),
    );
    for (const one of own) {
      await memory.open(one, 1000, now);
      await ask(one);
      clock.advance({ milliseconds: 100 });
    }
    expect(await ask(own.at(-1))).toEqual({ asked: false, found: true });
    expect(await ask(own.at(0))).toEqual({ asked: true, found: true });
  });
});

describe("what ends sessions in this process", () => {
  const { userId, id: sessionId } = aSession();
  const renewal = { userId, sessionId, graceSeconds: 10, idleSeconds: 600 };
  const steps: Readonly<Record<string, (exact: SessionStore) => Promise<unknown>>> = {
    "a close": (exact) => exact.close(userId, sessionId),
    "a close-all": (exact) => exact.closeAll(userId, {}),
    "a new session that pushes it out": (exact) =>
      exact.open(
        aSession({ id: "00000000-0000-4000-8000-000000000009", createdAt: later(1) }),
        1,
        now,
      ),
    "a replay": async (exact) => {
      await exact.rotate({ ...renewal, generation: 0, epoch: 0 }, now);
      await exact.rotate({ ...renewal, generation: 1, epoch: 0 }, now);
      await cache.near.find(userId, sessionId, now);
      await exact.rotate({ ...renewal, generation: 0, epoch: 0 }, later(60));
    },
  };

  it.each(Object.entries(steps))("is refused at once after %s", async (_name, step) => {
    await warm();
    // Nobody has told the cache yet, and nobody will.
    store.watch = async () => {};
    await step(cache.exact);
    expect(await cache.near.find(userId, sessionId, clock.now())).toBeNull();
  });

  it("is refused at once even where the answer to the close was lost", async () => {
    await warm();
    outage = new AuthError("store_unavailable");
    await expect(cache.exact.close(userId, sessionId)).rejects.toThrow(outage);
    outage = null;
    expect(await ask()).toEqual({ asked: true, found: false });
  });

  it("asks the store itself in every flow but authenticate", async () => {
    await warm();
    finds = 0;
    await cache.exact.find(userId, sessionId, now);
    await cache.exact.find(userId, sessionId, now);
    expect(finds).toBe(2);
  });
});

describe("what others end", () => {
  it("is refused as soon as the notice is there", async () => {
    await warm();
    await memory.close(session.userId, session.id);
    await turn();
    expect(await ask()).toEqual({ asked: true, found: false });
  });

  it("is all asked for anew after a gap, and once it listens", async () => {
    let tell = (_notice: SessionNotice): void => {};
    let subscribed = (): void => {};
    store.watch = (listener) => {
      tell = listener;
      return new Promise((resolve) => {
        subscribed = resolve;
      });
    };
    expect((await ask()).asked).toBe(true);
    expect((await ask()).asked).toBe(false);
    subscribed();
    await turn();
    expect((await ask()).asked).toBe(true);
    expect((await ask()).asked).toBe(false);
    tell({ kind: "gap" });
    expect((await ask()).asked).toBe(true);
  });
});

describe("clocks", () => {
  it("set back do not lengthen the 2 s", async () => {
    await warm();
    clock.set(later(-3600));
    expect((await ask()).asked).toBe(true);
    clock.advance({ milliseconds: 999 });
    expect((await ask()).asked).toBe(false);
    clock.set(later(-3600));
    clock.advance({ milliseconds: 1 });
    expect((await ask()).asked).toBe(true);
  });

  it("that stood still while the machine was suspended do not either", async () => {
    await warm();
    // As if the one that cannot be set back had not counted the hour.
    expect(await cache.near.find(session.userId, session.id, later(3600))).not.toBeNull();
    expect(finds).toBe(3);
  });

  it("of both kinds may jump ahead", async () => {
    await warm();
    clock.advance({ days: 1 });
    expect((await ask()).asked).toBe(true);
  });
});

describe("an outage", () => {
  it("is bridged for the rest of the 2 s, then refused, never let through", async () => {
    await warm();
    outage = new AuthError("store_unavailable");
    clock.advance({ milliseconds: 1999 });
    expect((await ask()).found).toBe(true);
    clock.advance({ milliseconds: 1 });
    await expect(ask()).rejects.toThrow(outage);
    outage = null;
    expect((await ask()).asked).toBe(true);
  });

  it("of the channel is reported, and tried again a second later by the next lookup", async () => {
    outage = new AuthError("store_unavailable");
    for (let request = 0; request < 5; request += 1) await ask().catch(() => {});
    expect([watches, faults]).toEqual([1, [outage]]);
    clock.advance({ seconds: 1 });
    outage = null;
    await warm();
    expect(watches).toBe(2);
    await memory.close(session.userId, session.id);
    await turn();
    expect((await ask()).found).toBe(false);
  });
});

describe("starting and stopping", () => {
  it("listens from the start, once", async () => {
    cache.start();
    cache.start();
    await turn();
    await ask();
    expect(watches).toBe(1);
    expect((await ask()).asked).toBe(false);
  });

  it("listens to nothing and remembers nothing once stopped, until it is started again", async () => {
    let stopped = false;
    store.watch = async (_listener, signal) => {
      signal.addEventListener("abort", () => {
        stopped = true;
      });
    };
    await warm();
    cache.stop();
    expect(stopped).toBe(true);
    expect((await ask()).asked).toBe(true);
    expect((await ask()).asked).toBe(true);
    cache.start();
    await turn();
    await warm();
  });

  it("hears nothing more of an earlier subscription", async () => {
    const tells: ((notice: SessionNotice) => void)[] = [];
    store.watch = async (listener) => void tells.push(listener);
    await warm();
    cache.stop();
    cache.start();
    await turn();
    await warm();
    tells[0]?.({ kind: "gap" });
    expect((await ask()).asked).toBe(false);
    tells[1]?.({ kind: "gap" });
    expect((await ask()).asked).toBe(true);
  });
});
