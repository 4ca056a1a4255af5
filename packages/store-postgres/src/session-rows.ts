import type { Session } from "@latchkey/core/ports";

/** A session within its user's row: short names, because a row holds all of them. */
export interface KeptSession {
  readonly e: number;
  readonly g: number;
  readonly c: number;
  readonly r: number;
  readonly i: number;
  readonly x: number;
  readonly ip: string;
  readonly a: string;
}

export function keptSession(session: Session): KeptSession {
  return {
    e: session.epoch,
    g: session.generation,
    c: session.createdAt.getTime(),
    r: session.rotatedAt.getTime(),
    i: session.idleExpiresAt.getTime(),
    x: session.expiresAt.getTime(),
    ip: session.ip,
    a: session.agent,
  };
}

export function sessionFrom(userId: string, id: string, kept: KeptSession): Session {
  return {
    id,
    userId,
    epoch: kept.e,
    generation: kept.g,
    createdAt: new Date(kept.c),
    rotatedAt: new Date(kept.r),
    idleExpiresAt: new Date(kept.i),
    expiresAt: new Date(kept.x),
    ip: kept.ip,
    agent: kept.a,
  };
}

export function isLive(kept: KeptSession, now: Date): boolean {
  return now.getTime() < kept.i && now.getTime() < kept.x;
}
