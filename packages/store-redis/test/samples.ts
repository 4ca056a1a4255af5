import type { PutCodeRequest, RotateRequest, Session, WindowRule } from "@latchkey/core/ports";
import type { RedisStores } from "@latchkey/store-redis";
import { randomBytes, randomUUID } from "node:crypto";

export const now = new Date("2026-01-01T00:00:00Z");

export function later(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

export function aDigest(): string {
  return randomBytes(32).toString("base64url");
}

export function aSession(own: Partial<Session> = {}): Session {
  return {
    id: randomUUID(),
    userId: randomUUID(),
    epoch: 0,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    idleExpiresAt: later(7 * 24 * 60 * 60),
    expiresAt: later(30 * 24 * 60 * 60),
    ip: "192.0.2.17",
    agent: "Firefox/Linux",
    ...own,
  };
}

export function renewal(session: Session, own: Partial<RotateRequest> = {}): RotateRequest {
  return {
    userId: session.userId,
    sessionId: session.id,
    generation: session.generation,
    epoch: session.epoch,
    graceSeconds: 10,
    idleSeconds: 7 * 24 * 60 * 60,
    ...own,
  };
}

export function aCode(own: Partial<PutCodeRequest> = {}): PutCodeRequest {
  return {
    emailKey: aDigest(),
    registrationId: randomUUID(),
    digest: aDigest(),
    sequence: 1,
    expiresAt: later(600),
    claimExpiresAt: later(24 * 60 * 60),
    ...own,
  };
}

export const tries = { perRegistration: 5, perEmail: 15 };

export const window: WindowRule = {
  kind: "window",
  name: "loginByIdentifier",
  scope: "",
  limit: 100,
  windowSeconds: 3600,
};

export interface World {
  readonly session: Session;
  readonly code: PutCodeRequest;
  readonly subjects: readonly [string, string];
}

export function aWorld(): World {
  return { session: aSession(), code: aCode(), subjects: [aDigest(), aDigest()] };
}

/** Something to find, renew, close and try, as a store already holds it. */
export async function settled(stores: RedisStores): Promise<World> {
  const world = aWorld();
  await stores.sessions.open(world.session, 100, now);
  await stores.codes.put(world.code, now);
  await stores.limits.take(world.subjects[0], [window], now);
  return world;
}

/** Every method but `watch`, by name, each as it would be called about a world. */
export function methods(
  { sessions, codes, limits }: RedisStores,
  { session, code, subjects }: World,
): readonly (readonly [name: string, call: () => Promise<unknown>])[] {
  const { userId, id } = session;
  const { emailKey, digest, registrationId } = code;
  const forgiveness = subjects.map((subject) => ({ subject, clear: [], giveBack: [window] }));
  return [
    ["open", () => sessions.open(aSession({ userId }), 100, now)],
    ["rotate", () => sessions.rotate(renewal(session), later(1))],
    ["find", () => sessions.find(userId, id, now)],
    ["list", () => sessions.list(userId, now)],
    ["put", () => codes.put({ ...code, sequence: code.sequence + 1 }, now)],
    ["attempt with an id", () => codes.attempt({ emailKey, digest, registrationId }, tries, now)],
    ["attempt without", () => codes.attempt({ emailKey, digest }, tries, now)],
    ["take", () => limits.take(subjects[0], [window, { ...window, name: "other" }], now)],
    ["forgive", () => limits.forgive(forgiveness, now)],
    ["close", () => sessions.close(userId, id)],
    ["closeAll", () => sessions.closeAll(userId, {})],
  ];
}
