import type { Context } from "../context.ts";
import { countMail } from "../limits.ts";
import { done, type JobOutcome } from "./job.ts";

/** What a mail is counted by before it is sent. */
export interface MailBudget {
  /** The email whose codes it counts among; null where the request has counted it. */
  readonly codesOf: string | null;
  /** Whether nobody has proven the address. */
  readonly isNew: boolean;
}

/**
 * Sends a mail if its limits allow it. Over the email's own it is never sent; over everybody's it
 * waits. `send` answers whether it sent one: what was not sent counts nothing.
 */
export async function mailWithin(
  context: Context,
  { codesOf, isNew }: MailBudget,
  send: () => Promise<boolean>,
): Promise<JobOutcome> {
  const ofEmail = {
    subject: { kind: "email", value: codesOf ?? "" },
    names: ["codesByEmail", "codesByEmailDaily"],
  } as const;
  const ofAll = {
    subject: { kind: "everybody", value: "" },
    names: ["mailsToNewAddresses"],
  } as const;
  const counted = await countMail(context, [
    ...(codesOf === null ? [] : [ofEmail]),
    ...(isNew ? [ofAll] : []),
  ]);
  if (counted.outcome === "limited") {
    const { rule: reason, retryAfterSeconds: seconds } = counted;
    return reason === "mailsToNewAddresses" ? { outcome: "postponed", seconds, reason } : done;
  }
  let isSent = false;
  try {
    isSent = await send();
  } finally {
    // Best effort: one count too many is better than an error that hides why the mail failed.
    if (!isSent) await counted.release().catch(() => {});
  }
  return done;
}
