import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, parseInput } from "../../domain/fields.ts";
import { isAuthError } from "../../errors.ts";
import { sendResetLink } from "../../intents.ts";
import { countAttempt } from "../../limits.ts";

export interface ForgotPasswordInput {
  readonly email: string;
}

export const forgotPasswordInput: z.ZodType<ForgotPasswordInput> = z.strictObject({
  email: emailField,
});

/**
 * Leaves a reset link to be mailed, if a user owns the email: the job finds out, after the answer.
 *
 * 1. Parse.
 * 2. Count: the network, which may be refused; then the email, over whose limit nothing is mailed
 *    and the answer stays the same, so that a stranger cannot see that somebody else asked.
 * 3. Leave the job.
 */
export async function forgotPassword(
  context: Context,
  input: ForgotPasswordInput,
  client: Client,
): Promise<void> {
  const { email } = parseInput(forgotPasswordInput, input);
  await countAttempt(context, client, { kind: "network", value: client.network }, [
    "forgotByNetwork",
  ]);
  emit(context, "reset.requested", { ip: client.address });
  try {
    await countAttempt(context, client, { kind: "email", value: email }, [
      "forgotByEmail",
      "forgotByEmailHourly",
    ]);
  } catch (error) {
    if (isAuthError(error, "rate_limited")) return;
    throw error;
  }

  const now = context.clock.now();
  await context.outbox.enqueue([sendResetLink(context, email, client.locale, now)], now);
}
