import * as z from "zod";
import { emit, newId, type Context } from "../../context.ts";
import { callerField, parseInput } from "../../domain/fields.ts";
import type { Caller } from "../../domain/session.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions } from "../../intents.ts";

/** Whose sessions to end. */
export interface CloseAllSessionsInput {
  /** Whoever is signed in, out of `authenticate`. */
  readonly caller: Caller;
  /** Spares the session that asks (default: it ends too). */
  readonly except?: "current" | undefined;
}

/** What was ended. */
export interface SessionsClosed {
  /** How many sessions that was. */
  readonly closed: number;
}

export const closeAllSessionsInput: z.ZodType<CloseAllSessionsInput> = z.strictObject({
  caller: callerField,
  except: z.literal("current", { error: "wrong_type" }).optional(),
});

/** Stores answer or give up sooner. */
const answerSeconds = 3;

/**
 * Ends the caller's sessions, those being opened or renewed at this instant included.
 *
 * 1. Read the caller's session, for the epoch it stands in.
 * 2. Raise the user's epoch, guarded by that one: a session that was overtaken closes nothing.
 * 3. End every session below the new epoch; the job left in step 2 does it again if we die here.
 */
export async function closeAllSessions(
  context: Context,
  input: CloseAllSessionsInput,
): Promise<SessionsClosed> {
  const { caller, except } = parseInput(closeAllSessionsInput, input);
  const { userId, sessionId } = caller;
  const now = context.clock.now();
  const session = await context.sessions.find(userId, sessionId, now);
  if (session === null) throw new AuthError("invalid_token");

  const spared = except === "current" ? sessionId : undefined;
  const choices = { exceptSessionId: spared ?? null, afterSeconds: answerSeconds };
  const jobs = [closeSessions(context, userId, now, choices)];
  const request = { userId, epoch: session.epoch, operationId: newId(context), jobs };
  const raised = await context.users.raiseEpoch(request, now);
  if (raised.outcome === "stale") throw new AuthError("invalid_token");

  const options = { before: raised.epoch, exceptSessionId: spared };
  const closed = await context.sessions.closeAll(userId, options);
  emit(context, "sessions.closed", { userId, count: closed });
  return { closed };
}
