import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import { idField, parseInput } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler } from "../../intents.ts";

/** Whom to let in again. */
export interface EnableInput {
  /** The user's id. */
  readonly userId: string;
}

export const enableInput: z.ZodType<EnableInput> = z.strictObject({ userId: idField });

/**
 * Lets a disabled user sign in again, for the application to call; sessions of before stay ended.
 * An unknown id is `not_found`; enabled already is fine.
 *
 * 1. Parse.
 * 2. Enable and raise the epoch, with its jobs, in one step.
 * 3. Close every session of before, so that none comes back to life.
 */
export async function enable(context: Context, input: EnableInput): Promise<void> {
  const { userId } = parseInput(enableInput, input);
  const now = context.clock.now();
  const jobs = [
    closeSessions(context, userId, now),
    ...runHandler(context, "user.enabled", userId, now),
  ];
  const epoch = await context.users.setDisabled(userId, false, jobs, now);
  if (epoch === null) throw new AuthError("not_found");
  await context.sessions.closeAll(userId, { before: epoch });
  emit(context, "user.enabled", { userId });
}
