import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import { idField, parseInput } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler } from "../../intents.ts";

/** Whom to remove. */
export interface RemoveInput {
  /** The user's id. */
  readonly userId: string;
}

export const removeInput: z.ZodType<RemoveInput> = z.strictObject({ userId: idField });

/**
 * Removes a user for good, for the application to call: every session ends, email and tag are free
 * again. An unknown id is `not_found`.
 *
 * 1. Parse.
 * 2. Remove, with its jobs, in one step: email and tag are free from here on.
 * 3. Close every session; the job left in step 2 does it again if we die here.
 */
export async function remove(context: Context, input: RemoveInput): Promise<void> {
  const { userId } = parseInput(removeInput, input);
  const now = context.clock.now();
  const jobs = [
    closeSessions(context, userId, now),
    ...runHandler(context, "user.removed", userId, now),
    // Of the open link, which the store knows.
    ...runHandler(context, "reset.ended", userId, now),
  ];
  if (!(await context.users.remove(userId, jobs, now))) throw new AuthError("not_found");
  await context.sessions.closeAll(userId, {});
  emit(context, "user.removed", { userId });
}
