import { randomUUID } from "node:crypto";
import type { AuthError } from "@latchkey/core";
import type * as z from "zod";
import type { Exchange, Reply } from "./exchange.ts";
import { brokenConnection, refused, unavailable, untrusted } from "./faults.ts";
import type { SigningKey } from "./secret.ts";
import {
  answerHeader,
  answerSignature,
  authorization,
  digestOf,
  isEqual,
  protocol,
  protocolHeader,
} from "./signing.ts";

/** Asks the other half one thing, and parses what it answers. */
export type Ask = <Answer>(
  name: string,
  input: readonly unknown[],
  answer: z.ZodType<Answer>,
) => Promise<Answer>;

/**
 * Puts a deadline on the other half. A call whose connection broke is sent again at once, and one
 * that half of the deadline brought no answer to is sent once more beside the first: each under the
 * same operation id, and the first answer counts.
 */
export function askWithin(
  exchange: Exchange,
  key: SigningKey,
  deadlineSeconds: number,
  maxSendings: number = 3,
): Ask {
  return async (name, input, answer) => {
    const body = JSON.stringify(input);
    const operation = randomUUID();
    const given = new AbortController();
    const send = async (fresh: boolean): Promise<Reply> => {
      const signed = { name, sentAt: Date.now(), operation, digest: digestOf(body) };
      const headers = {
        "content-type": "application/json",
        authorization: authorization(key, signed),
      };
      const reply = await exchange(name, headers, body, { fresh, signal: given.signal });
      return trusted(key, operation, reply);
    };
    const timer = setTimeout(() => given.abort(), deadlineSeconds * 1000);
    try {
      const patienceMs = (deadlineSeconds * 1000) / 2;
      const reply = await firstAnswer(send, { maxSendings, patienceMs, signal: given.signal });
      return parsed(reply, answer);
    } catch (error) {
      if (!given.signal.aborted) throw brokenConnection(error);
      throw unavailable(`the user-database service did not answer within ${deadlineSeconds} s`);
    } finally {
      clearTimeout(timer);
      // Whatever is still under way is not waited for. A reason spares the making of an error.
      given.abort("answered");
    }
  };
}

/** The first answer to any of the sendings; if all of them broke, what broke the first. */
async function firstAnswer(
  send: (fresh: boolean) => Promise<Reply>,
  how: { readonly maxSendings: number; readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<Reply> {
  const { maxSendings, patienceMs, signal } = how;
  const sendings: Promise<Reply>[] = [];
  while (sendings.length < maxSendings) {
    const sending = send(sendings.length > 0);
    sendings.push(sending);
    const next = await Promise.race([
      Promise.any(sendings).catch(() => "broken" as const),
      sending.catch((error: unknown) => (isWorthAnother(error) ? "broken" : "refused")),
      silence(patienceMs, signal),
    ]);
    if (next === "refused" || signal.aborted) break;
    if (typeof next === "object") return next;
  }
  try {
    return await Promise.any(sendings);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

/** Whether a connection that failed in this way may have failed for itself alone. */
function isWorthAnother(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED";
}

function silence(milliseconds: number, signal: AbortSignal): Promise<"silence"> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve("silence");
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { once: true });
  });
}

/** The reply, if the other half has signed it for this very operation. */
function trusted(key: SigningKey, operation: string, reply: Reply): Reply {
  const { status, headers, body } = reply;
  const signature = headers[answerHeader];
  const isOurs =
    typeof signature === "string" &&
    isEqual(signature, answerSignature(key, operation, status, body));
  if (isOurs) return reply;
  const theirs = headers[protocolHeader];
  throw untrusted(status, typeof theirs === "string" ? theirs : undefined, protocol);
}

function parsed<Answer>({ status, body }: Reply, answer: z.ZodType<Answer>): Answer {
  if (status !== 200) throw refused(status);
  const result = answer.safeParse(JSON.parse(body.toString("utf8")));
  if (result.success) return result.data;
  // Not even where it differs: that might quote what was answered.
  throw unreadable();
}

function unreadable(): AuthError {
  return unavailable(
    "the user-database service answers what we cannot read: bring both sides to one version",
  );
}
