import { describe, expect, it } from "vitest";
import type { Session } from "../domain/session.ts";
import type { Job } from "../ports/outbox.ts";
import { memoryStores } from "./stores.ts";

const at = (second: number): Date => new Date(second * 1000);
const daySeconds = 24 * 60 * 60;

const aJob: Job = {
  id: "job",
  kind: "send-reset-link",
  payload: { email: "ada@mail.example", locale: "en", overLimit: false },
  lane: null,
  createdAt: at(0),
  dueAt: at(0),
};

function aSession(id: string, endsAt: number): Session {
  return {
    ...{ id, userId: "user", epoch: 1, generation: 1, ip: "192.0.2.1", agent: "curl" },
    ...{ createdAt: at(0), rotatedAt: at(0), idleExpiresAt: at(endsAt), expiresAt: at(endsAt) },
  };
}

// What every store promises is tested by @latchkey/conformance; here is what only this one does.
describe("memoryStores", () => {
  it("gives stores that share nothing with those of another call", async () => {
    const [one, other] = [memoryStores(), memoryStores()];
    const rule = { kind: "window", name: "any", scope: "", limit: 1, windowSeconds: 60 } as const;
    expect(await one.limits.take("subject", [rule], at(0))).toEqual({ outcome: "allowed" });
    expect(await other.limits.take("subject", [rule], at(0))).toEqual({ outcome: "allowed" });
  });

  it("forgets the id of a job a day after it was done, however many others are known", async () => {
    const { outbox } = memoryStores().accounts;
    const run = async (jobs: readonly Job[], second: number, claimed = second): Promise<number> => {
      await outbox.enqueue(jobs, at(second));
      const taken = await outbox.claim(["send-reset-link"], 100, 60, at(claimed));
      for (const { id, lease } of taken) await outbox.done(id, lease);
      return taken.length;
    };
    const others = Array.from({ length: 50 }, (_, n) => ({ ...aJob, id: `other ${n}` }));
    expect(await run(others, 0)).toBe(50);
    // It is done no sooner than it was taken.
    expect(await run([aJob], 0, 60)).toBe(1);
    expect(await run([aJob], 59 + daySeconds)).toBe(0);
    expect(await run([aJob], 60 + daySeconds)).toBe(1);
  });

  it("wakes workers when a job is added and when its lane is free again", async () => {
    const { outbox } = memoryStores().accounts;
    const stop = new AbortController();
    let wakings = 0;
    await outbox.watch(() => {
      wakings += 1;
    }, stop.signal);
    const jobs = ["one", "two", "three"].map((id) => ({ ...aJob, id, lane: "lane" }));
    await outbox.enqueue(jobs, at(0));
    expect(wakings).toBe(1);
    await outbox.enqueue([], at(0));
    expect(wakings).toBe(1);
    for (const answer of ["done", "bury"] as const) {
      const [job] = await outbox.claim(["send-reset-link"], 1, 60, at(0));
      await outbox[answer](String(job?.id), String(job?.lease), "given up");
    }
    expect(wakings).toBe(3);
    stop.abort();
    await outbox.enqueue([{ ...aJob, id: "four" }], at(0));
    expect(wakings).toBe(3);
  });

  it("tells watchers before whoever closed a session goes on", async () => {
    const { sessions } = memoryStores();
    const session = aSession("session", 60);
    await sessions.open(session, 1, at(0));
    const told: string[] = [];
    await sessions.watch((notice) => told.push(notice.kind), new AbortController().signal);
    await sessions.close("user", "session");
    expect(told).toEqual(["closed"]);
  });

  it("tells watchers nothing where no session ended", async () => {
    const { sessions } = memoryStores();
    const told: unknown[] = [];
    await sessions.watch((notice) => told.push(notice), new AbortController().signal);
    await sessions.open(aSession("one", 60), 1, at(0));
    await sessions.closeAll("user", { before: 1 });
    await Promise.resolve();
    expect(told).toEqual([]);
  });

  it("count no session that is over among those a user may have, whoever else has some", async () => {
    const { sessions } = memoryStores();
    for (let n = 0; n < 50; n += 1) {
      await sessions.open({ ...aSession(`other ${n}`, 600), userId: `other ${n}` }, 1, at(0));
    }
    await sessions.open(aSession("over", 10), 2, at(0));
    await sessions.open({ ...aSession("old", 600), createdAt: at(-1) }, 2, at(0));
    await sessions.open(aSession("new", 600), 2, at(10));
    const listed = await sessions.list("user", at(10));
    expect(listed.map(({ id }) => id)).toEqual(["old", "new"]);
  });

  it("end the day of an email's tries on time, however many others have codes", async () => {
    const { codes } = memoryStores();
    const limits = { perRegistration: 5, perEmail: 2 };
    const attempt = (second: number) =>
      codes.attempt({ emailKey: "email", digest: "wrong" }, limits, at(second));
    for (let n = 0; n < 50; n += 1) {
      const lasts = { expiresAt: at(600), claimExpiresAt: at(3 * daySeconds) };
      const code = { emailKey: `other ${n}`, registrationId: `${n}`, digest: "x", sequence: 1 };
      await codes.put({ ...code, ...lasts }, at(0));
    }
    for (let tries = 0; tries < 2; tries += 1) await attempt(0);
    expect(await attempt(daySeconds - 1)).toEqual({ outcome: "exhausted" });
    expect(await attempt(daySeconds)).toEqual({ outcome: "absent" });
  });
});
