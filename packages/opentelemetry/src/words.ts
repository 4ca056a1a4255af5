import { defaultLimits, errorTable, flowNames, jobKinds, storeMethods } from "@latchkey/core";
import type { AuthEventName, JobEnding, MailOutcome } from "@latchkey/core";
import type { MailContent } from "@latchkey/core/ports";

// Channels are open to the whole process, and stores to anybody: whatever is not a word of core's
// tables becomes "other", so that a label has as many values as its table and never a made-up one.

/** An object, so that the compiler asks for the word that is missing. */
type Every<Word extends string> = Readonly<Record<Word, true>>;

const everyMail: Every<MailContent["kind"]> = {
  confirmation_code: true,
  reset_link: true,
  reset_code: true,
  password_changed: true,
  account_exists: true,
  no_account: true,
};

const everyEvent: Every<AuthEventName> = {
  "user.registered": true,
  "user.confirmed": true,
  "user.disabled": true,
  "user.enabled": true,
  "user.removed": true,
  "confirmation.sent": true,
  "confirmation.failed": true,
  "login.succeeded": true,
  "login.failed": true,
  "session.renewed": true,
  "session.repeated": true,
  "token.replayed": true,
  "session.closed": true,
  "sessions.closed": true,
  "reset.requested": true,
  "reset.offered": true,
  "reset.superseded": true,
  "reset.expired": true,
  "reset.completed": true,
  "reset.ended": true,
  "password.changed": true,
  "password.rehashed": true,
  "limit.hit": true,
  "job.failed": true,
  "job.buried": true,
  fault: true,
};

/** Endings that are no code of the error table. */
const everyEnding: Every<"ok" | "failed" | JobEnding | MailOutcome> = {
  ok: true,
  failed: true,
  refused: true,
  done: true,
  postponed: true,
  buried: true,
  untold: true,
};

const words = (table: object): ReadonlySet<string> => new Set(Object.keys(table));

type Table =
  | ("flow" | "job" | "port" | "method" | "mail" | "hash")
  | ("outcome" | "limit" | "event");

export const known: Readonly<Record<Table, ReadonlySet<string>>> = {
  flow: new Set(flowNames),
  job: new Set(jobKinds),
  port: words(storeMethods),
  method: new Set(Object.values(storeMethods).flatMap((methods) => Object.keys(methods))),
  mail: words(everyMail),
  hash: new Set(["hash", "verify"]),
  outcome: words({ ...everyEnding, ...errorTable }),
  limit: words(defaultLimits),
  event: words(everyEvent),
};

/** The word, if it is one that the table knows. */
export function wordOf(table: Table, word: unknown): string {
  return typeof word === "string" && known[table].has(word) ? word : "other";
}
