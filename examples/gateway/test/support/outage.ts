import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { refusalOf, type Answer, type Client, type Person } from "./client.ts";

/** What somebody who is signed in gets to see. */
export type Told = Readonly<Record<"app" | "me" | "login" | "renew", Answer>>;

export interface Witness {
  /** Asks for everything that matters, all at once; each answer has to come soon. */
  ask(): Promise<Told>;
  /** Asks until all is well again, which is soon, and until then never refused as unknown. */
  untilWell(): Promise<void>;
}

const soonMilliseconds = 3500;
const patienceMilliseconds = 10_000;
const pauseMilliseconds = 250;

/**
 * @param person stays signed in all the time
 * @param other signs in again and again: a user's sessions are limited, and the oldest gives way
 */
export async function witnessOf(client: Client, person: Person, other: Person): Promise<Witness> {
  let pair = client.pairOf(await signedIn(client, person));
  const { tag, password } = other;
  const ask = async (): Promise<Told> => {
    const { accessToken, refreshToken } = pair;
    const [app, me, login, renew] = await Promise.all([
      client.bearer("GET", "/app/notes", accessToken),
      client.bearer("GET", "/api/v1/users/me", accessToken),
      client.post("/api/v1/tokens/public/login", { tag, password }),
      client.send("GET", `/api/v1/tokens/renew?refreshToken=${refreshToken}`),
    ]);
    const told: Told = { app, me, login, renew };
    for (const [name, answer] of Object.entries(told)) {
      assert.ok(answer.ms < soonMilliseconds, `${name} took ${answer.ms} ms`);
      if (answer.status === 503) {
        refusalOf(answer);
        assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/);
      }
    }
    // The one before is dead soon.
    if (renew.status === 200) pair = client.pairOf(renew);
    // The gateway lets an address try five passwords a second.
    await pause(pauseMilliseconds);
    return told;
  };
  return {
    ask,
    async untilWell() {
      const end = performance.now() + patienceMilliseconds;
      for (;;) {
        const told = statuses(await ask());
        assert.ok(!Object.values(told).includes(401), JSON.stringify(told));
        if (Object.values(told).every((status) => status === 200)) return;
        assert.ok(performance.now() < end, JSON.stringify(told));
      }
    },
  };
}

/**
 * Comes back when told to, as every client should: on a machine that is busy with other tests a
 * store may miss its deadline before anything has been killed.
 */
async function signedIn(client: Client, { tag, password }: Person): Promise<Answer> {
  const end = performance.now() + patienceMilliseconds;
  for (;;) {
    const answer = await client.post("/api/v1/tokens/public/login", { tag, password });
    if (answer.status !== 503 || performance.now() > end) return answer;
    await pause(Number(answer.headers["retry-after"]) * 1000);
  }
}

export function statuses(told: Told): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(told).map(([name, { status }]) => [name, status]));
}
