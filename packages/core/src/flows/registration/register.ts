import * as z from "zod";
import { emit, newId, type Context } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { emailField, nameField, parseInput, passwordField, tagField } from "../../domain/fields.ts";
import { checkPassword } from "../../domain/password-policy.ts";
import { makeTag } from "../../domain/tag.ts";
import { AuthError } from "../../errors.ts";
import { sendConfirmation } from "../../intents.ts";
import { countAttempt, countNetwork } from "../../limits.ts";

/** Who wants an account. */
export interface RegisterInput {
  /** 1–100 characters. */
  readonly firstName: string;
  /** 1–100 characters. */
  readonly lastName: string;
  /** At most 254 characters; kept in canonical form. */
  readonly email: string;
  /** 15–128 code points by default. */
  readonly password: string;
  /** `[a-z0-9_.-]{3,32}`, compared without case (default: made of the names). */
  readonly tag?: string | undefined;
}

/** A claim that was kept, whether or not anybody owns the email. */
export interface Registered {
  /** Keep it for `confirm` and `resendCode`. */
  readonly registrationId: string;
  /** The tag wanted, or made of the names. It is owned with the confirmation, not before. */
  readonly tag: string;
}

export const registerInput: z.ZodType<RegisterInput> = z.strictObject({
  firstName: nameField,
  lastName: nameField,
  email: emailField,
  password: passwordField,
  tag: tagField.optional(),
});

/**
 * Keeps a claim to an email and a tag, and leaves a code to be mailed.
 *
 * 1. Parse; an absent tag is made of the names, without a lookup.
 * 2. Count: the network; then the email from this network.
 * 3. Check the password against the policy and the person's own names.
 * 4. Count codes mailed to that email, which a weak password must not use up; hash.
 * 5. Keep the claim with its job in one step. There is no branch on whether a user owns the email.
 */
export async function register(
  context: Context,
  input: RegisterInput,
  client: Client,
): Promise<Registered> {
  const { firstName, lastName, email, password, tag: wanted } = parseInput(registerInput, input);
  const tag = wanted ?? makeTag(firstName, lastName, context.random.bytes(6));

  const ofEmail = { kind: "email", value: email } as const;
  const names = ["registerByNetwork", "registerByEmailAndNetwork"] as const;
  await countNetwork(context, client, names, ofEmail);
  const owner = { email, tag, firstName, lastName };
  const fields = checkPassword(password, owner, context.policy, "password");
  if (fields.length > 0) throw new AuthError("weak_password", { fields });

  await countAttempt(context, client, ofEmail, ["codesByEmail", "codesByEmailDaily"]);
  const passwordHash = await context.hasher.hash(password);

  const id = newId(context);
  const createdAt = context.clock.now();
  const expiresAt = new Date(
    createdAt.getTime() + context.config.registration.claimTtlSeconds * 1000,
  );
  const { locale } = client;
  const registration = { id, ...owner, passwordHash, locale, createdAt, expiresAt };
  const job = sendConfirmation(
    context,
    { registrationId: id, email, locale, again: false },
    createdAt,
  );
  const added = await context.users.addRegistration(registration, [job], createdAt);
  if (added === "tag_taken") throw new AuthError("tag_taken");

  emit(context, "user.registered", { registrationId: id, ip: client.address });
  return { registrationId: id, tag };
}
