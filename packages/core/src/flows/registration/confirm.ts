import * as z from "zod";
import { emit, newId, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { codeField, emailField, idField, parseInput, tagField } from "../../domain/fields.ts";
import { AuthError } from "../../errors.ts";
import { runHandler } from "../../intents.ts";
import { countAttempt, countNetwork } from "../../limits.ts";
import type { AuthEvents } from "../../ports/event-sink.ts";
import { codeDigest, emailKey } from "../../tokens/digests.ts";

/** A mailed code, and what it was mailed for. */
export interface ConfirmInput {
  /** The address the code was mailed to. */
  readonly email: string;
  /** Six ASCII digits. */
  readonly confirmationCode: string;
  /** What `register` answered. Without it a stranger's tries count together with yours. */
  readonly registrationId?: string | undefined;
  /** Another tag, after `tag_taken`. */
  readonly tag?: string | undefined;
}

/** A claim that became a user. Nobody is signed in by it. */
export interface Confirmed {
  /** The user's id: the registration's. */
  readonly userId: string;
  /** The tag they own now. */
  readonly tag: string;
}

export const confirmInput: z.ZodType<ConfirmInput> = z.strictObject({
  email: emailField,
  confirmationCode: codeField,
  registrationId: idField.optional(),
  tag: tagField.optional(),
});

/**
 * Makes a claim a user by the code mailed for it.
 *
 * 1. Parse; the code is a string of six ASCII digits.
 * 2. Count: the network; then that registration, or without its id that email.
 * 3. Compare the code; what does not match is a try, counted in the same step (ASVS 6.6.3).
 * 4. Make the user; until then the code still works. Without a registration's id, and where
 *    several claims stood for the email, the password is not known to be the owner's and is dropped.
 *
 * Whatever fails but the tag is one answer.
 */
export async function confirm(
  context: Context,
  input: ConfirmInput,
  client: Client,
): Promise<Confirmed> {
  const { email, confirmationCode, registrationId, tag } = parseInput(confirmInput, input);

  await countNetwork(context, client, ["confirmByNetwork"]);
  await (registrationId === undefined
    ? countAttempt(context, client, { kind: "email", value: email }, ["confirmByEmail"])
    : countAttempt(context, client, { kind: "registration", value: registrationId }, [
        "confirmByRegistration",
      ]));

  const now = context.clock.now();
  const { triesPerRegistration: perRegistration, triesPerEmail: perEmail } =
    context.config.registration;
  const attempt = {
    emailKey: emailKey(context.keys, email),
    digest: codeDigest(context.keys, email, confirmationCode),
    registrationId,
  };
  const tried = await context.codes.attempt(attempt, { perRegistration, perEmail }, now);
  if (tried.outcome !== "matched") throw refuse(context, client, tried.outcome);

  const { registrationId: id, several } = tried;
  const withoutPassword = registrationId === undefined && several;
  const jobs = runHandler(context, "user.confirmed", id, now);
  const request = { id, attemptId: newId(context), tag, withoutPassword, jobs };
  const confirmed = await context.users.confirmRegistration(request, now);
  if (confirmed.outcome === "tag_taken") throw new AuthError("tag_taken");
  if (confirmed.outcome !== "confirmed") throw refuse(context, client, confirmed.outcome);

  emit(context, "user.confirmed", { userId: id });
  return { userId: id, tag: confirmed.user.tag };
}

function refuse(
  context: Context,
  client: Client,
  reason: AuthEvents["confirmation.failed"]["reason"],
): AuthError {
  emit(context, "confirmation.failed", { ip: client.address, reason });
  return new AuthError("invalid_code");
}
