import * as z from "zod";
import type { Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, idField, parseInput } from "../../domain/fields.ts";
import { sendConfirmation } from "../../intents.ts";
import { countAttempt, countNetwork } from "../../limits.ts";

/** For which claim another code is wanted. */
export interface ResendCodeInput {
  /** The claim's own: for any other nothing is mailed. */
  readonly email: string;
  /** What `register` answered. */
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
 * 2. Count: the network; then that registration. Not the email: whoever makes ids up would use up
 *    what its owner needs to register.
 * 3. Leave the job, which mails nothing unless the email is the claim's own and gets no more codes
 *    than it may.
 *
 * The answer is always the same.
 */
export async function resendCode(
  context: Context,
  input: ResendCodeInput,
  client: Client,
): Promise<void> {
  const { email, registrationId } = parseInput(resendCodeInput, input);

  await countNetwork(context, client, ["resendByNetwork"]);
  await countAttempt(context, client, { kind: "registration", value: registrationId }, [
    "resendByRegistration",
    "resendByRegistrationHourly",
    "resendByRegistrationDaily",
  ]);

  const now = context.clock.now();
  const payload = { registrationId, email, locale: client.locale, again: true };
  await context.outbox.enqueue([sendConfirmation(context, payload, now)], now);
}
