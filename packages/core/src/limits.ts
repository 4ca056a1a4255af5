import { emit, type Context, type Counted } from "./context.ts";
import type { Client } from "./domain/client.ts";
import type { LimitName } from "./domain/limits.ts";
import { AuthError } from "./errors.ts";
import type { LimitRule, TakeOutcome } from "./ports/rate-limiter.ts";
import { limitKey } from "./tokens/digests.ts";

/** Whose attempts are counted: a kind of identifier and what was submitted, in canonical form. */
export interface LimitSubject {
  readonly kind: "network" | "email" | "tag" | "registration" | "link" | "session" | "everybody";
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
 * Counts one attempt by the named limits, in order, in one round trip.
 *
 * @throws AuthError `rate_limited` with the seconds to wait; nothing is counted by the refusing
 * limit or a later one.
 */
export async function countAttempt(
  context: Context,
  client: Client,
  subject: LimitSubject,
  names: readonly LimitName[],
): Promise<Counted> {
  const counted = ruleSet(context, subject, names);
  const taken = await take(context, counted);
  if (taken.outcome === "limited") throw refused(context, client, taken);
  return counted;
}

/**
 * The same by a client's network and, if that is IPv6, by the /48 around it, which has a larger
 * budget: whoever holds a /48 has 65,536 networks. Both are counted in one round trip; the /48
 * counts nothing that the network refuses. `about` is the identifier that a network's limits are
 * counted apart for.
 */
export async function countNetwork(
  context: Context,
  client: Client,
  names: readonly LimitName[],
  about?: LimitSubject,
): Promise<readonly Counted[]> {
  const network = ruleSet(context, { kind: "network", value: client.network }, names, about);
  const site = siteRules(context, client, names);
  const answers = await Promise.allSettled([network, site].map((each) => take(context, each)));
  const [ofNetwork, ofSite] = answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
  if (ofNetwork?.outcome === "limited") {
    if (ofSite?.outcome === "allowed" && site.rules.length > 0) await giveBack(context, [site]);
    throw refused(context, client, ofNetwork);
  }
  if (ofSite?.outcome === "limited") throw refused(context, client, ofSite);
  return [network, site].filter(({ rules }) => rules.length > 0);
}

/** What keeps a mail back: the limit, and the seconds until it allows one. */
export type MailRefusal = Extract<TakeOutcome, { readonly outcome: "limited" }>;

/**
 * Counts a mail about to be sent. Where a limit refuses, nothing is counted; what was counted is
 * given back by `release` if the mail was not sent.
 */
export async function countMail(
  context: Context,
  budgets: readonly { readonly subject: LimitSubject; readonly names: readonly LimitName[] }[],
): Promise<MailRefusal | { readonly outcome: "allowed"; readonly release: () => Promise<void> }> {
  // Not `context.counted`, which is a request's: a worker's would grow for ever.
  const own: Context = { ...context, counted: [] };
  for (const { subject, names } of budgets) {
    const taken = await take(own, ruleSet(own, subject, names));
    if (taken.outcome === "allowed") continue;
    await giveBack(own, own.counted);
    emit(context, "limit.hit", { ip: null, limit: taken.rule });
    return taken;
  }
  return { outcome: "allowed", release: () => giveBack(own, own.counted) };
}

async function take(context: Context, counted: Counted): Promise<TakeOutcome> {
  if (counted.rules.length === 0) return { outcome: "allowed" };
  const taken = await context.limits.take(counted.subject, counted.rules, context.clock.now());
  if (taken.outcome === "allowed") context.counted.push(counted);
  return taken;
}

function refused(
  context: Context,
  client: Client,
  { rule, retryAfterSeconds }: MailRefusal,
): AuthError {
  emit(context, "limit.hit", { ip: client.address, limit: rule });
  return new AuthError("rate_limited", { retryAfterSeconds });
}

/**
 * Takes back all that a call was counted for, because it could not be answered: `busy` and
 * `store_unavailable` ask the client to come back, and whoever does must not be met by a limit.
 * Nothing is learned from such an answer, since a wrong guess never gets one.
 */
export async function giveBackAll(context: Context): Promise<void> {
  await giveBack(context, context.counted);
}

/** Takes back what an attempt was counted for, once it turns out to be no guess. */
export async function release(context: Context, counted: Counted): Promise<void> {
  const index = context.counted.indexOf(counted);
  // Limits that are off counted nothing.
  if (index < 0) return;
  // Whatever fails later gives back the rest, and must not give this back again.
  context.counted.splice(index, 1);
  await giveBack(context, [counted]);
}

async function giveBack(context: Context, counted: readonly Counted[]): Promise<void> {
  const given = counted.map(({ subject, rules }) => ({
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

/** A network's own limits, so many times wider; none where there is no /48 to count by. */
function siteRules(context: Context, client: Client, names: readonly LimitName[]): Counted {
  const { site } = client;
  const shared = site === null ? [] : names.filter((name) => !perIdentifier.has(name));
  const { subject, rules } = ruleSet(context, { kind: "network", value: site ?? "" }, shared);
  const times = context.config.ipv6SiteFactor;
  const wider = rules.map((rule) =>
    rule.kind === "window" ? { ...rule, limit: rule.limit * times } : rule,
  );
  return { subject, rules: wider };
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
