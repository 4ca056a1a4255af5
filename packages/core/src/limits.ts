import { emit, type Context, type Counted } from "./context.ts";
import type { Client } from "./domain/client.ts";
import type { LimitName } from "./domain/limits.ts";
import { AuthError } from "./errors.ts";
import type { LimitRule } from "./ports/rate-limiter.ts";
import { limitKey } from "./tokens/digests.ts";

/** Whose attempts are counted: a kind of identifier and what was submitted, in canonical form. */
export interface LimitSubject {
  readonly kind: "network" | "email" | "tag" | "registration" | "link" | "session";
  readonly value: string;
}

/**
 * Limits of a network that are counted for each identifier apart. They are kept with the network
 * and not with the identifier: what many networks do to one identifier must not grow in one place.
 */
const perIdentifier: ReadonlySet<LimitName> = new Set([
  "registerByEmailAndNetwork",
  "loginByIdentifierAndNetwork",
]);

/**
 * Counts one attempt by the named limits, in order, in one round trip. `about` is the identifier
 * that a network's limits are counted apart for.
 *
 * @throws AuthError `rate_limited` with the seconds to wait; nothing is counted by the refusing
 * limit or a later one.
 */
export async function countAttempt(
  context: Context,
  client: Client,
  subject: LimitSubject,
  names: readonly LimitName[],
  about?: LimitSubject,
): Promise<Counted> {
  const counted = ruleSet(context, subject, names, about);
  if (counted.rules.length === 0) return counted;
  const taken = await context.limits.take(counted.subject, counted.rules, context.clock.now());
  if (taken.outcome === "limited") {
    emit(context, "limit.hit", { ip: client.address, limit: taken.rule });
    throw new AuthError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds });
  }
  context.counted.push(counted);
  return counted;
}

/**
 * Takes back all that a call was counted for, because it could not be answered: `busy` and
 * `store_unavailable` ask the client to come back, and whoever does must not be met by a limit.
 * Nothing is learned from such an answer, since a wrong guess never gets one.
 */
export async function giveBackAll(context: Context): Promise<void> {
  const given = context.counted.map(({ subject, rules }) => ({
    ...{ subject, clear: [], giveBack: rules },
  }));
  if (given.length > 0) await context.limits.forgive(given, context.clock.now());
}

/** Forgets what a subject was counted for. */
export async function forgetCounts(
  context: Context,
  subject: LimitSubject,
  names: readonly LimitName[],
): Promise<void> {
  const { subject: key, rules } = ruleSet(context, subject, names);
  if (rules.length === 0) return;
  const forgiven = [{ subject: key, clear: rules, giveBack: [] }];
  await context.limits.forgive(forgiven, context.clock.now());
}

function ruleSet(
  context: Context,
  subject: LimitSubject,
  names: readonly LimitName[],
  about: LimitSubject = subject,
): Counted {
  const { limits } = context.config;
  const key = limitKey(context.keys, subject.kind, subject.value);
  if (limits === "off") return { subject: key, rules: [] };
  const rules = names.map((name): LimitRule => {
    const scope = perIdentifier.has(name) ? limitKey(context.keys, about.kind, about.value) : "";
    const numbers = limits[name];
    return "free" in numbers
      ? { kind: "backoff", name, scope, ...numbers }
      : { kind: "window", name, scope, ...numbers };
  });
  return { subject: key, rules };
}
