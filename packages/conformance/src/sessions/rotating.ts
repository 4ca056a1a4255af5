import assert from "node:assert/strict";
import type { RotateRequest, Session, SessionStore } from "@latchkey/core/ports";
import { aSession } from "../samples.ts";

export const graceSeconds = 10;
export const idleSeconds: number = 60 * 60;
/** More than any test opens. */
export const noCap = 1000;

/** A renewal of a session as its owner holds it. */
export function renewing(session: Session, own: Partial<RotateRequest> = {}): RotateRequest {
  return {
    userId: session.userId,
    sessionId: session.id,
    generation: session.generation,
    epoch: session.epoch,
    graceSeconds,
    idleSeconds,
    ...own,
  };
}

/** A session, opened when it was made. */
export async function anOpenSession(
  store: SessionStore,
  createdAt: Date,
  own: Partial<Session> = {},
): Promise<Session> {
  const session = aSession(createdAt, own);
  await store.open(session, noCap, createdAt);
  return session;
}

/** Asserts that a session is over in every way there is to ask. */
export async function assertOver(store: SessionStore, session: Session, now: Date): Promise<void> {
  assert.equal(await store.find(session.userId, session.id, now), null);
  const listed = await store.list(session.userId, now);
  assert.ok(listed.every(({ id }) => id !== session.id));
  for (const generation of [session.generation, session.generation + 1]) {
    const answer = await store.rotate(renewing(session, { generation, epoch: 0 }), now);
    assert.deepEqual(answer, { outcome: "gone" });
  }
}
