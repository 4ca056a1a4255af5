import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, idField, parseInput } from "../../domain/fields.ts";
import { sendConfirmation } from "../../intents.ts";
import { countAttempt } from "../../limits.ts";

export interface ResendCodeInput {
  readonly email: string;
  readonly registrationId: string;
}

export const resendCodeInput: z.ZodType<ResendCodeInput> = z.strictObject({
  email: emailField,
  registrationId: idField,
});

/**
 * Leaves a new code to be mailed for a claim; the earlier one is void once it is made.
 *
 * 1. Parse.
 * 2. Count: the network; then that registration; then codes mailed to that email.
 * 3. Leave the job, which mails nothing unless the email is the claim's own.
 *
 * The answer is always the same.
 */
export async function resendCode(
  context: Context,
  input: ResendCodeInput,
  client: Client,
): Promise<void> {
  const { email, registrationId } = parseInput(resendCodeInput, input);

  await countAttempt(context, client, { kind: "network", value: client.network }, [
    "resendByNetwork",
  ]);
  await countAttempt(context, client, { kind: "registration", value: registrationId }, [
    "resendByRegistration",
  ]);
  await countAttempt(context, client, { kind: "email", value: email }, [
    "codesByEmail",
    "codesByEmailDaily",
  ]);

  const now = context.clock.now();
  const payload = { registrationId, email, locale: client.locale };
  await context.outbox.enqueue([sendConfirmation(context, payload, now)], now);
}
