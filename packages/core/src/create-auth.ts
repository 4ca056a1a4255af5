import type { Auth, Flow } from "./auth.ts";
import { resolveConfig, type Config } from "./config.ts";
import { emit, type Context } from "./context.ts";
import { toClient, type Client } from "./domain/client.ts";
import { AuthError, isAuthError } from "./errors.ts";
import { makeEventSink } from "./events.ts";
import { disable } from "./flows/account/disable.ts";
import { enable } from "./flows/account/enable.ts";
import { me } from "./flows/account/me.ts";
import { remove } from "./flows/account/remove.ts";
import { changePassword } from "./flows/password/change.ts";
import { checkResetLink } from "./flows/password/check-link.ts";
import { forgotPassword } from "./flows/password/forgot.ts";
import { resetPasswordByForm } from "./flows/password/reset-by-form.ts";
import { resetPasswordByCode } from "./flows/password/reset-by-code.ts";
import { resetPassword } from "./flows/password/reset.ts";
import { confirm } from "./flows/registration/confirm.ts";
import { register } from "./flows/registration/register.ts";
import { resendCode } from "./flows/registration/resend-code.ts";
import { authenticate, recallCaller } from "./flows/session/authenticate.ts";
import { closeAllSessions } from "./flows/session/close-all.ts";
import { closeSession } from "./flows/session/close.ts";
import { listSessions } from "./flows/session/list.ts";
import { login } from "./flows/session/login.ts";
import { logout } from "./flows/session/logout.ts";
import { renew } from "./flows/session/renew.ts";
import { makeWorker } from "./jobs/worker.ts";
import { giveBackAll } from "./limits.ts";
import type { AuthOptions } from "./options.ts";
import { argon2Hasher } from "./passwords/argon2-hasher.ts";
import { isCommonPassword } from "./passwords/blocklist.ts";
import { boundedPool } from "./passwords/bounded-pool.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";
import type { Random } from "./ports/random.ts";
import { nearCache, type NearCache } from "./sessions/near-cache.ts";
import { durableEvents } from "./intents.ts";
import { hashConcurrency, systemClock, systemRandom } from "./system.ts";
import { makeAccessTokens } from "./tokens/access-token.ts";
import { makeKeys, type Keys } from "./tokens/keys.ts";
import { makeOpaqueResetTokens } from "./tokens/opaque-reset-token.ts";
import { makeRefreshTokens } from "./tokens/refresh-token.ts";
import { makeResetTokens, type ResetTokens } from "./tokens/reset-token.ts";
import { observed } from "./tracing/observed.ts";
import { toldFlows } from "./tracing/told.ts";

const idleWarningMilliseconds = 5000;

/**
 * Accounts, ready to be mounted. Synchronous, and starts nothing: no connection, no timer.
 *
 * @throws TypeError for options that are wrong or unsafe, saying what to do.
 */
export function createAuth(options: AuthOptions): Auth {
  const exact = makeContext(options, resolveConfig(options));
  const cache = makeNearCache(exact);
  const context: Context =
    cache === null
      ? exact
      : {
          ...{ ...exact, sessions: cache.exact, near: cache.near },
          recall: (userId, sessionId, now) => cache.recall(userId, sessionId, now),
        };
  const handlers = options.handlers ?? {};
  const worker = makeWorker(context, handlers);
  const { publicUrl, locale, trustedProxies, paths, productName, loginUrl } = context.config;
  const { minLength, require } = context.config.passwords;
  const { reset } = context.config.tokens;

  const bind = <Input, Outcome>(
    flow: (context: Context, input: Input, client: Client) => Promise<Outcome>,
  ): Flow<Input, Outcome> => {
    return async (input, clientInput) => {
      const client = toClient(clientInput, locale, context.config.ipv6PrefixBits);
      const call: Context = { ...observed(context), counted: [] };
      try {
        return await flow(call, input, client);
      } catch (error) {
        // Not waited for: the answer is late already, and the counters' store may be the one away.
        if (isAuthError(error) && error.status === 503) void giveBackAll(call).catch(() => {});
        throw told(context, flow.name, error, client);
      }
    };
  };
  /** For the flow of every request: who calls is only looked at to say in which language it failed. */
  const bindUncounted = <Input, Outcome>(
    flow: (context: Context, input: Input) => Promise<Outcome>,
  ): Flow<Input, Outcome> => {
    return async (input, clientInput) => {
      try {
        return await flow(observed(context), input);
      } catch (error) {
        const client = toClient(clientInput, locale, context.config.ipv6PrefixBits);
        throw told(context, flow.name, error, client);
      }
    };
  };
  const leavingJobs = <Input, Outcome>(flow: Flow<Input, Outcome>): Flow<Input, Outcome> => {
    return async (input, client) => {
      const outcome = await flow(input, client);
      warnIfIdle();
      return outcome;
    };
  };
  let everRan = false;
  const warnIfIdle = (): void => {
    if (everRan || warning !== null) return;
    // A test or a script runs its jobs in the very next line: that is no reason to warn.
    warning = setTimeout(() => {
      process.emitWarning(
        "a job was left to do, but neither auth.start() nor auth.runJobs() was called: no mail will be sent",
        { type: "LatchkeyWarning" },
      );
    }, idleWarningMilliseconds).unref();
  };
  let warning: NodeJS.Timeout | null = null;
  const ran = (): void => {
    everRan = true;
    if (warning !== null) clearTimeout(warning);
  };

  return toldFlows({
    register: leavingJobs(bind(register)),
    confirm: context.handled.has("user.confirmed") ? leavingJobs(bind(confirm)) : bind(confirm),
    resendCode: leavingJobs(bind(resendCode)),
    login: bind(login),
    authenticate: bindUncounted(authenticate),
    recall: (accessToken) => recallCaller(context, accessToken),
    renew: bind(renew),
    logout: bind(logout),
    listSessions: bind(listSessions),
    closeSession: bind(closeSession),
    closeAllSessions: leavingJobs(bind(closeAllSessions)),
    forgotPassword: leavingJobs(bind(forgotPassword)),
    checkResetLink: bind(checkResetLink),
    resetPassword: leavingJobs(bind(resetPassword)),
    resetPasswordByCode: leavingJobs(bind(resetPasswordByCode)),
    resetPasswordByForm: leavingJobs(bind(resetPasswordByForm)),
    changePassword: leavingJobs(bind(changePassword)),
    me: bind(me),
    disable: leavingJobs(bind(disable)),
    enable: leavingJobs(bind(enable)),
    remove: leavingJobs(bind(remove)),
    async start() {
      ran();
      cache?.start();
      worker.start();
    },
    stop() {
      cache?.stop();
      return worker.stop();
    },
    runJobs() {
      ran();
      return worker.runDue();
    },
    jwks: () => context.keys.published,
    reportFault: (where, cause) => emit(context, "fault", { where, cause }),
    settings: {
      ...{ publicUrl, locale, trustedProxies, paths, productName, loginUrl },
      passwords: { minLength, require },
      resetBy: reset === "code" ? "code" : "link",
    },
  });
}

/** An error on its way out: in the client's language, and known to the operator if it is ours. */
function told(context: Context, where: string, error: unknown, client: Client): unknown {
  if (isAuthError(error)) {
    error.locale = client.locale;
    if (error.status >= 500) emit(context, "fault", { where, cause: error });
    return error;
  }
  emit(context, "fault", { where, cause: error });
  const internal = new AuthError("internal", { cause: error });
  internal.locale = client.locale;
  return internal;
}

function makeContext(options: AuthOptions, config: Config): Context {
  refuseIncomplete(options);
  const { stores, mailer, clock = systemClock, random = systemRandom, handlers = {} } = options;
  const { issuer, audience, clockToleranceSeconds, accessTtlSeconds } = config.tokens;
  const secrets = [options.secret ?? []].flat();
  const keys = makeKeys(secrets, options.keys);
  const common = { issuer, clockToleranceSeconds };
  const { minLength, require, contextWords } = config.passwords;
  return {
    config,
    keys,
    tokens: {
      access: makeAccessTokens({
        ...common,
        ring: keys.access,
        audience,
        ttlSeconds: accessTtlSeconds,
        remembered: config.sessions.nearCacheEntries,
      }),
      refresh: makeRefreshTokens({ ...common, ring: keys.refresh }),
      reset: makeLinkTokens(config, keys),
    },
    policy: { minLength, require, contextWords, isCommon: isCommonPassword },
    users: stores.accounts.users,
    outbox: stores.accounts.outbox,
    sessions: stores.sessions,
    near: stores.sessions,
    recall: () => false,
    codes: stores.codes,
    limits: stores.limits,
    mailer,
    hasher: makeHasher(options, config, random),
    clock,
    random,
    events: makeEventSink(options.onEvent),
    counted: [],
    handled: new Set(durableEvents.filter((name) => handlers[name] !== undefined)),
  };
}

function makeLinkTokens({ tokens }: Config, keys: Keys): ResetTokens | null {
  const { reset, issuer, clockToleranceSeconds, resetTtlSeconds: ttlSeconds } = tokens;
  switch (reset) {
    case "jwt":
      return makeResetTokens({ keys, issuer, clockToleranceSeconds, ttlSeconds });
    case "opaque":
      return makeOpaqueResetTokens(keys, ttlSeconds);
    case "code":
      return null;
  }
}

function makeHasher({ passwords }: AuthOptions, config: Config, random: Random): PasswordHasher {
  const { hasher, extend } = passwords ?? {};
  if (extend !== undefined && typeof extend !== "function") {
    throw new TypeError("createAuth: passwords.extend: give a function that answers a hasher");
  }
  const concurrency = config.passwords.concurrency ?? hashConcurrency();
  const bounds = { concurrency, queue: config.passwords.queue };
  const pool = boundedPool(bounds);
  const own = hasher ?? argon2Hasher({ ...config.passwords, ...bounds, random }, pool);
  return extend === undefined ? own : extend(own, pool);
}

function makeNearCache(context: Context): NearCache | null {
  const entries = context.config.sessions.nearCacheEntries;
  if (entries === 0) return null;
  const onFault = (cause: unknown): void =>
    emit(context, "fault", { where: "session watch", cause });
  return nearCache(context.sessions, { entries, clock: context.clock, onFault });
}

/** What is alive in the options is not the configuration's to check. */
function refuseIncomplete({ stores, mailer, handlers = {}, onEvent }: Partial<AuthOptions>): void {
  const { accounts, sessions, codes, limits } = stores ?? {};
  const parts = {
    accounts,
    "accounts.users": accounts?.users,
    "accounts.outbox": accounts?.outbox,
  };
  for (const [name, store] of Object.entries({ ...parts, sessions, codes, limits })) {
    if (typeof store === "object" && store !== null) continue;
    throw new TypeError(`createAuth: stores.${name} is missing`);
  }
  if (typeof mailer?.send !== "function") throw new TypeError("createAuth: mailer is missing");

  const names: readonly string[] = durableEvents;
  for (const [name, handler] of Object.entries(handlers)) {
    if (!names.includes(name)) {
      const known = names.join(", ");
      throw new TypeError(
        `createAuth: handlers: no durable event is called ${name}; there are ${known}`,
      );
    }
    refuseUncallable(`handlers: ${name}`, handler);
  }
  refuseUncallable("onEvent", onEvent);
}

function refuseUncallable(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`createAuth: ${name} is not a function`);
}
