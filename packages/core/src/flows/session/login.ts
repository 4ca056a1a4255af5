import * as z from "zod";
import { emit, newId, type Context, type Counted } from "../../context.ts";
import type { Client } from "../../domain/client.ts";
import { identifierField, parseInput, passwordField } from "../../domain/fields.ts";
import { beginSession } from "../../domain/session.ts";
import type { Identifier, User } from "../../domain/user.ts";
import { AuthError } from "../../errors.ts";
import { countAttempt, countNetwork } from "../../limits.ts";
import type { AuthEvents } from "../../ports/event-sink.ts";
import type { LoginSubject } from "../../ports/user-store.ts";
import { issueTokenPair, type TokenPair } from "../../tokens/token-pair.ts";

/** Who signs in. */
export interface LoginInput {
  /** A tag or an email. */
  readonly tag: string;
  /** As typed: nothing is trimmed. */
  readonly password: string;
}

/** As parsed: the identifier's kind is known. */
interface ParsedLogin {
  readonly tag: Identifier;
  readonly password: string;
}

export const loginInput: z.ZodType<ParsedLogin, LoginInput> = z.strictObject({
  tag: identifierField,
  password: passwordField,
});

/**
 * Signs in by tag or email and password.
 *
 * 1. Parse, to the canonical form of what was typed.
 * 2. Count: the network; then the identifier from this network, tightly; then the identifier.
 * 3. Find whom it means.
 * 4. Verify exactly one password hash in every case (ASVS 6.3.8).
 * 5. Only after the right password: an unproven claim, found by its tag, is `unconfirmed`.
 * 6. Open the session.
 * 7. Commit the login in the epoch the password was checked under; else close the session again,
 *    so that no session of an old password outlives a reset.
 * 8. Give the counts back; renew the hash if its parameters are of yesterday.
 * 9. The pair.
 */
export async function login(
  context: Context,
  input: LoginInput,
  client: Client,
): Promise<TokenPair> {
  const { tag: identifier, password } = parseInput(loginInput, input);
  const counted = await countLogin(context, client, identifier);

  const found = await context.users.findForLogin(identifier, context.clock.now());
  const owner = found?.kind === "user" ? found.user : found?.registration;
  const hash = owner?.passwordHash ?? context.hasher.dummy(dummySeed(context, identifier));
  const matches = await context.hasher.verify(hash, password);
  const user = judge(context, client, found, matches);

  const now = context.clock.now();
  const of = { id: newId(context), userId: user.id, epoch: user.epoch };
  const from = { ip: client.address, agent: client.agent };
  const session = beginSession({ ...of, ...from }, context.config.tokens, now);
  await context.sessions.open(session, context.config.sessions.maxPerUser, now);
  if (!(await context.users.commitLogin(user.id, user.epoch, now))) {
    await context.sessions.close(user.id, session.id);
    throw refuse(context, client, "stale", user.id);
  }

  await forgive(context, counted);
  await renewHash(context, user, password);
  emit(context, "login.succeeded", { userId: user.id, sessionId: session.id, ip: client.address });
  return issueTokenPair(context.tokens, session, user.tag, now);
}

interface CountedLogin {
  readonly networks: readonly Counted[];
  readonly identifier: Counted;
}

async function countLogin(
  context: Context,
  client: Client,
  identifier: Identifier,
): Promise<CountedLogin> {
  const typed = toSubject(identifier);
  const ofNetwork = ["loginByNetwork", "loginByIdentifierAndNetwork"] as const;
  return {
    networks: await countNetwork(context, client, ofNetwork, typed),
    identifier: await countAttempt(context, client, typed, ["loginByIdentifier"]),
  };
}

/** Keyed by what was typed, so that limits do not tell which tag belongs to which email. */
function toSubject(identifier: Identifier): { kind: "email" | "tag"; value: string } {
  return identifier.kind === "email"
    ? { kind: "email", value: identifier.email }
    : { kind: "tag", value: identifier.tag };
}

function dummySeed(context: Context, identifier: Identifier): Uint8Array {
  const { kind, value } = toSubject(identifier);
  return context.keys.mac("limits", "dummy hash", kind, value);
}

/** The user whose login this is; throws in every other case. */
function judge(
  context: Context,
  client: Client,
  found: LoginSubject | null,
  matches: boolean,
): User {
  if (found === null) throw refuse(context, client, "unknown", null);
  if (found.kind === "registration") {
    if (!matches) throw refuse(context, client, "wrong_password", null);
    emit(context, "login.failed", { ip: client.address, reason: "unconfirmed", userId: null });
    throw new AuthError("unconfirmed");
  }
  const { user } = found;
  if (!matches) throw refuse(context, client, "wrong_password", user.id);
  if (user.disabled) throw refuse(context, client, "disabled", user.id);
  return user;
}

function refuse(
  context: Context,
  client: Client,
  reason: AuthEvents["login.failed"]["reason"],
  userId: string | null,
): AuthError {
  emit(context, "login.failed", { ip: client.address, reason, userId });
  return new AuthError("invalid_credentials");
}

async function forgive(context: Context, counted: CountedLogin): Promise<void> {
  const { networks, identifier } = counted;
  const forgiven = [...networks, identifier].map(({ subject, rules }) => ({
    subject,
    clear: rules.filter((rule) => rule.kind === "backoff"),
    giveBack: rules.filter((rule) => rule.kind !== "backoff"),
  }));
  if (context.config.limits !== "off") await context.limits.forgive(forgiven, context.clock.now());
}

/** A stronger hash is welcome but never a reason to refuse a login. */
async function renewHash(context: Context, user: User, password: string): Promise<void> {
  if (user.passwordHash === null || !context.hasher.needsRehash(user.passwordHash)) return;
  try {
    const renewed = await context.hasher.hash(password);
    if (await context.users.rehash(user.id, user.passwordHash, renewed)) {
      emit(context, "password.rehashed", { userId: user.id });
    }
  } catch (cause) {
    emit(context, "fault", { where: "login.rehash", cause });
  }
}
