import * as z from "zod";
import { emit, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, parseInput } from "../../domain/fields.ts";
import { isAuthError } from "../../errors.ts";
import { sendResetLink } from "../../intents.ts";
import { countAttempt, countNetwork } from "../../limits.ts";
import { resetRequestId } from "../../tokens/reset-code.ts";

/** Whose password was forgotten. */
export interface ForgotPasswordInput {
  /** Any address; whether somebody owns it is not told. */
  readonly email: string;
}

/** The answer for every email, owned or not. */
export interface ResetRequested {
  /** What the mailed code belongs to; null where resets go by link. Says nothing of the email. */
  readonly requestId: string | null;
}

export const forgotPasswordInput: z.ZodType<ForgotPasswordInput> = z.strictObject({
  email: emailField,
});

/**
 * Leaves a reset link or code to be mailed, if a user owns the email: the job finds out, after the answer.
 *
 * 1. Parse.
 * 2. Count: the network, which may be refused; then the email.
 * 3. Leave the job, which mails nothing over the email's limit. Answer and work stay the same, so
 *    that a stranger cannot see that somebody else asked: with codes a request's id, every time.
 */
export async function forgotPassword(
  context: Context,
  input: ForgotPasswordInput,
  client: Client,
): Promise<ResetRequested> {
  const { email } = parseInput(forgotPasswordInput, input);
  await countNetwork(context, client, ["forgotByNetwork"]);
  emit(context, "reset.requested", { ip: client.address });
  const overLimit = await isOverLimit(context, client, email);

  const now = context.clock.now();
  const payload = { email, locale: client.locale, overLimit };
  const job = sendResetLink(context, payload, now);
  await context.outbox.enqueue([job], now);
  const isByCode = context.tokens.reset === null;
  return { requestId: isByCode ? resetRequestId(context.keys, job.id) : null };
}

async function isOverLimit(context: Context, client: Client, email: string): Promise<boolean> {
  const names = ["forgotByEmail", "forgotByEmailHourly"] as const;
  try {
    await countAttempt(context, client, { kind: "email", value: email }, names);
    return false;
  } catch (error) {
    if (isAuthError(error, "rate_limited")) return true;
    throw error;
  }
}
