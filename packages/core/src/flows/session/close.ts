import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { callerField, parseInput, pathIdField } from "../../domain/fields.ts";
import type { Caller } from "../../domain/session.ts";
import { AuthError } from "../../errors.ts";

/** Which session to end. */
export interface CloseSessionInput {
  /** Whoever is signed in, out of `authenticate`. */
  readonly caller: Caller;
  /** As listed. */
  readonly id: string;
}

interface ParsedClose {
  readonly caller: Caller;
  readonly id: string | null;
}

export const closeSessionInput: z.ZodType<ParsedClose, CloseSessionInput> = z.strictObject({
  caller: callerField,
  id: pathIdField,
});

/**
 * Ends one session of the caller's own. Whoever it belongs to, another user's id is `not_found`:
 * sessions are looked for among the caller's alone.
 *
 * 1. Parse; what is no id is no session of anybody's.
 * 2. Close it.
 */
export async function closeSession(
  context: Context,
  input: CloseSessionInput,
  client: Client,
): Promise<void> {
  const { caller, id } = parseInput(closeSessionInput, input);
  if (id === null || !(await context.sessions.close(caller.userId, id))) {
    throw new AuthError("not_found");
  }
  emit(context, "session.closed", { userId: caller.userId, sessionId: id, ip: client.address });
}
