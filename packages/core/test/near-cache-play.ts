import * as fc from "fast-check";
import { manualClock, type ManualClock } from "../src/memory/clock.ts";
import { memorySessions } from "../src/memory/session-store.ts";
import type { SessionNotice, SessionStore } from "../src/ports/session-store.ts";
import type { NearCache } from "../src/sessions/near-cache.ts";
import { aSession, now } from "./forge.ts";

/** How a near cache is made for a play. */
export type MakeNearCache = (store: SessionStore, clock: ManualClock) => NearCache;

/** What comes of the notices: all arrive in the end, some or all do not. */
type Channel = "up" | "lossy" | "cut";

interface Play {
  readonly scheduler: fc.Scheduler;
  readonly channel: Channel;
  /** Whether the session is closed through the cache or behind its back. */
  readonly closedBy: "here" | "elsewhere";
  /** Lengths between two requests. */
  readonly stepsMs: readonly number[];
  readonly losses: readonly boolean[];
  /** Whether the channel is found broken at some time, and whole again later. */
  readonly breaks: boolean;
}

const play: fc.Arbitrary<Play> = fc.record({
  scheduler: fc.scheduler(),
  channel: fc.constantFrom<Channel>("up", "lossy", "cut"),
  closedBy: fc.constantFrom("here", "elsewhere"),
  stepsMs: fc.array(fc.constantFrom(0, 1, 300, 900, 1999, 2000), { minLength: 4, maxLength: 8 }),
  losses: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  breaks: fc.boolean(),
});

/**
 * One session, three readers, somebody who closes it and a clock, in any order that questions,
 * answers, notices and the subscription may happen in. What no order may show:
 * - a request begun 2 s or more after the close is let through;
 * - one begun after this process closed the session, heard of its end, refused it, or has begun to
 *   listen since, is let through.
 */
export function inAnyOrder(make: MakeNearCache): fc.IAsyncProperty<[Play]> {
  return fc.asyncProperty(play, async (given) => {
    const { scheduler, stepsMs, closedBy, breaks } = given;
    const clock = manualClock(now);
    const memory = memorySessions();
    const session = aSession();
    await memory.open(session, 10, now);

    let closedAt: number | null = null;
    let isHeard = false;
    const inner: SessionStore = {
      ...memory,
      close(userId, sessionId) {
        closedAt ??= clock.monotonic();
        return memory.close(userId, sessionId);
      },
    };
    const turn = (label: string): Promise<unknown> => scheduler.schedule(Promise.resolve(), label);
    const hearAll = (): void => {
      isHeard ||= closedAt !== null;
    };
    const store = slowly(inner, given, turn, hearAll);
    const cache = make(store, clock);

    const read = async (): Promise<void> => {
      const [begunAt, wasHeard] = [clock.monotonic(), isHeard];
      const found = await cache.near.find(session.userId, session.id, clock.now());
      if (found === null) {
        isHeard = true;
        return;
      }
      if (wasHeard) throw new Error("let through although its end had been heard of");
      if (closedAt === null || begunAt - closedAt < 2000) return;
      throw new Error(`let through ${begunAt - closedAt} ms after its end`);
    };
    const reader = async (): Promise<void> => {
      for (let request = 0; request < 3; request += 1) {
        await turn("request");
        await read();
      }
    };
    const time = async (): Promise<void> => {
      for (const milliseconds of stepsMs) {
        await turn(`${milliseconds} ms`);
        clock.advance({ milliseconds });
      }
    };
    const closer = async (): Promise<void> => {
      await turn("close");
      if (closedBy === "elsewhere") await inner.close(session.userId, session.id);
      else await cache.exact.close(session.userId, session.id);
      if (closedBy === "here") isHeard = true;
    };
    const troubles = async (): Promise<void> => {
      if (!breaks) return;
      for (const label of ["lost", "back"]) {
        await turn(label);
        store.break();
      }
    };
    const acting = Promise.all([reader(), reader(), reader(), closer(), time(), troubles()]);
    await scheduler.waitFor(acting);
    cache.stop();
  });
}

/** Nothing arrives at once: questions, answers, notices and the subscription each take a turn. */
function slowly(
  inner: SessionStore,
  { channel, losses }: Play,
  turn: (label: string) => Promise<unknown>,
  hearAll: () => void,
): SessionStore & { break(): void } {
  let listening: ((notice: SessionNotice) => void) | null = null;
  let notices = 0;
  const deliver = async (notice: SessionNotice): Promise<void> => {
    notices += 1;
    if (channel === "cut" || (channel === "lossy" && losses[notices % losses.length] === true)) {
      return;
    }
    await turn("notice");
    listening?.(notice);
    hearAll();
  };
  return {
    ...inner,
    async find(userId, sessionId, at) {
      await turn("question");
      const answer = await inner.find(userId, sessionId, at);
      await turn("answer");
      return answer;
    },
    async close(userId, sessionId) {
      await turn("closing");
      const answer = await inner.close(userId, sessionId);
      await turn("closed");
      return answer;
    },
    async watch(listener, signal) {
      await turn("subscribing");
      await inner.watch((notice) => void deliver(notice), signal);
      listening = listener;
      await turn("subscribed");
      // The cache goes on in the microtasks after this.
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(hearAll)));
    },
    break() {
      if (listening === null) return;
      listening({ kind: "gap" });
      hearAll();
    },
  };
}
