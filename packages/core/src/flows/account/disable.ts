import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import { idField, parseInput } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { closeSessions, runHandler } from "../../intents.ts";

/** Whom to shut out. */
export interface DisableInput {
  /** The user's id. */
  readonly userId: string;
}

export const disableInput: z.ZodType<DisableInput> = z.strictObject({ userId: idField });

/**
 * Shuts a user out, for the application to call: login answers as for a wrong password, every
 * session and open link ends. An unknown id is `not_found`; disabled already is fine.
 *
 * 1. Parse.
 * 2. Disable and raise the epoch, with its jobs, in one step: no login commits from here on.
 * 3. Close every session of before; the job left in step 2 does it again if we die here.
 */
export async function disable(context: Context, input: DisableInput): Promise<void> {
  const { userId } = parseInput(disableInput, input);
  const now = context.clock.now();
  const jobs = [
    closeSessions(context, userId, now),
    ...runHandler(context, "user.disabled", userId, now),
    // Of the open link, which the store knows.
    ...runHandler(context, "reset.ended", userId, now),
  ];
  const epoch = await context.users.setDisabled(userId, true, jobs, now);
  if (epoch === null) throw new AuthError("not_found");
  await context.sessions.closeAll(userId, { before: epoch });
  emit(context, "user.disabled", { userId });
}
