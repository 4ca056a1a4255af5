import { randomBytes, randomUUID } from "node:crypto";
import type { Job, JobKind, JobPayloads, Registration, Session } from "@latchkey/core/ports";

export function newId(): string {
  return randomUUID();
}

/** As an HMAC-SHA-256 looks in base64url. */
export function newDigest(): string {
  return randomBytes(32).toString("base64url");
}

/** As a salted hash looks: never the same twice. */
export function newHash(): string {
  const part = (bytes: number): string => randomBytes(bytes).toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=19456,t=2,p=1$${part(16)}$${part(32)}`;
}

export function newEmail(): string {
  return `ada.${randomBytes(8).toString("hex")}@mail.example`;
}

export function newTag(): string {
  return `ada_${randomBytes(8).toString("hex")}`;
}

export function seconds(from: Date, count: number): Date {
  return new Date(from.getTime() + count * 1000);
}

export function milliseconds(from: Date, count: number): Date {
  return new Date(from.getTime() + count);
}

/** Just before an instant, at it, and just after. */
export function around(instant: Date): readonly [before: Date, at: Date, after: Date] {
  return [milliseconds(instant, -1), instant, milliseconds(instant, 1)];
}

/** A claim of a day. */
export function aRegistration(createdAt: Date, own: Partial<Registration> = {}): Registration {
  return {
    id: newId(),
    email: newEmail(),
    tag: newTag(),
    firstName: "Ada",
    lastName: "Lovelace",
    passwordHash: newHash(),
    locale: "en",
    createdAt,
    expiresAt: seconds(createdAt, 24 * 60 * 60),
    ...own,
  };
}

/** A session idle after an hour and at its end after a day. */
export function aSession(createdAt: Date, own: Partial<Session> = {}): Session {
  return {
    id: newId(),
    userId: newId(),
    epoch: 1,
    generation: 1,
    createdAt,
    rotatedAt: createdAt,
    idleExpiresAt: seconds(createdAt, 60 * 60),
    expiresAt: seconds(createdAt, 24 * 60 * 60),
    ip: "192.0.2.1",
    agent: "Firefox/Linux",
    ...own,
  };
}

type JobSample = Partial<Pick<Job, "id" | "lane" | "dueAt">>;

/** A job of any kind, due when made and in no lane. */
export function aJobOf<Kind extends JobKind>(
  kind: Kind,
  payload: JobPayloads[Kind],
  createdAt: Date,
  own: JobSample = {},
): Job {
  const job = { id: newId(), kind, payload, lane: null, createdAt, dueAt: createdAt, ...own };
  // TypeScript does not see that kind and payload of one type argument belong together.
  return job as Job;
}

export function aJob(createdAt: Date, own: JobSample = {}): Job {
  const payload = { userId: newId(), notice: "password_changed" } as const;
  return aJobOf("send-notice", payload, createdAt, own);
}

export function aCloseJob(
  userId: string,
  createdAt: Date,
  exceptSessionId: string | null = null,
): Job {
  return aJobOf("close-sessions", { userId, before: null, exceptSessionId }, createdAt);
}

/** The order a seed gives: the same every time. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seeded(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
