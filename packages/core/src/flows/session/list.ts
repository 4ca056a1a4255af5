import * as z from "zod";
import type { Context } from "../../context.ts";
import { callerField, parseInput } from "../../domain/fields.ts";
import type { Caller } from "../../domain/session.ts";

/** Whose sessions to list. */
export interface ListSessionsInput {
  /** Whoever is signed in, out of `authenticate`. */
  readonly caller: Caller;
}

/** A session as its owner sees it. */
export interface SessionView {
  /** What `closeSession` takes. */
  readonly id: string;
  /** When somebody signed in. */
  readonly createdAt: Date;
  /** When it was last renewed, or began. */
  readonly lastRenewedAt: Date;
  /** Such as `Firefox/Linux`. */
  readonly agent: string;
  /** The address it was opened from. */
  readonly ip: string;
  /** Whether the request came by this session. */
  readonly current: boolean;
}

export const listSessionsInput: z.ZodType<ListSessionsInput> = z.strictObject({
  caller: callerField,
});

/**
 * The caller's own live sessions, oldest first; ids, never tokens.
 *
 * 1. Parse.
 * 2. Read them.
 */
export async function listSessions(
  context: Context,
  input: ListSessionsInput,
): Promise<readonly SessionView[]> {
  const { caller } = parseInput(listSessionsInput, input);
  const sessions = await context.sessions.list(caller.userId, context.clock.now());
  return sessions.map(({ id, createdAt, rotatedAt, agent, ip }) => ({
    ...{ id, createdAt, lastRenewedAt: rotatedAt, agent, ip },
    current: id === caller.sessionId,
  }));
}
