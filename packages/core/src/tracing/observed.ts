import type { Context } from "../context.ts";
import type { Mailer } from "../ports/mailer.ts";
import type { PasswordHasher } from "../ports/password-hasher.ts";
import { channels, type MailOutcome } from "./channels.ts";
import { storeMethods, type StorePort } from "./store-methods.ts";
import { callOutcomes, trace, type Outcomes } from "./trace.ts";

const observedContexts = new WeakMap<Context, Context>();

/**
 * The context that a flow or a job is to use: while somebody listens to stores, mails or hashes, one
 * whose ports tell of each call; else the very one given, so that nothing stands before its ports.
 */
export function observed(context: Context): Context {
  const { store, mail, hash } = channels;
  if (!(store.hasSubscribers || hash.hasSubscribers || mail.hasSubscribers)) return context;
  const known = observedContexts.get(context);
  if (known !== undefined) return known;
  const made = observe(context);
  observedContexts.set(context, made);
  return made;
}

function observe(context: Context): Context {
  const { users, outbox, sessions, near, codes, limits, mailer, hasher, recall } = context;
  const toldNear = toldStore("sessions", near);
  return {
    ...context,
    users: toldStore("users", users),
    outbox: toldStore("outbox", outbox),
    sessions: toldStore("sessions", sessions),
    near: {
      ...toldNear,
      // What is remembered asks no store, and is no call of one.
      find: (userId, sessionId, now) =>
        (recall(userId, sessionId, now) ? near : toldNear).find(userId, sessionId, now),
    },
    codes: toldStore("codes", codes),
    limits: toldStore("limits", limits),
    mailer: toldMailer(mailer),
    hasher: toldHasher(hasher),
  };
}

function toldStore<Port extends StorePort>(port: Port, store: Context[Port]): Context[Port] {
  const told = Object.entries<"call" | "stream">(storeMethods[port]).map(([method, shape]) => {
    const call = (...given: readonly unknown[]): Promise<unknown> =>
      Reflect.apply(Reflect.get(store, method) as Method, store, given);
    const tell: Method = (...given) =>
      trace(channels.store, { port, method, around: [] }, callOutcomes, () => call(...given));
    return [method, shape === "call" ? tell : call];
  });
  // The table names every method of the port.
  return Object.fromEntries(told) as Context[Port];
}

type Method = (...given: readonly unknown[]) => Promise<unknown>;

const mailOutcomes: Outcomes<void, MailOutcome> = {
  ok: () => "ok",
  // By name: the mailer may carry another copy of this package.
  failed: (error) =>
    error instanceof Error && error.name === "MailRefused" ? "refused" : "failed",
};

function toldMailer(mailer: Mailer): Mailer {
  return {
    send: (message) =>
      trace(channels.mail, { kind: message.kind, around: [] }, mailOutcomes, () =>
        mailer.send(message),
      ),
  };
}

function toldHasher(hasher: PasswordHasher): PasswordHasher {
  const tell = <Answer>(method: "hash" | "verify", work: () => Promise<Answer>): Promise<Answer> =>
    trace(channels.hash, { method, around: [] }, callOutcomes, work);
  return {
    hash: (password) => tell("hash", () => hasher.hash(password)),
    verify: (hash, password) => tell("verify", () => hasher.verify(hash, password)),
    needsRehash: (hash) => hasher.needsRehash(hash),
    dummy: (seed) => hasher.dummy(seed),
  };
}
