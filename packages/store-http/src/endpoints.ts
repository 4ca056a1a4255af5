import type { IncomingMessage, ServerResponse } from "node:http";
import { isAuthError } from "@latchkey/core";
import type { Accounts } from "@latchkey/core/ports";
import { answersFor, type Said } from "./answers.ts";
import { calling } from "./calling.ts";
import { receive, tooLong } from "./receiving.ts";
import { keysOf } from "./secret.ts";
import {
  answerHeader,
  answerSignature,
  digestOf,
  keyThatSigned,
  parseAuthorization,
  protocol,
  protocolHeader,
  windowMs,
} from "./signing.ts";

/** Which accounts to serve, and to whom. */
export interface AccountsEndpointsOptions {
  /** The accounts to serve: any store's. */
  readonly accounts: Accounts;
  /**
   * What both sides know: base64url, 32 bytes or more. Several are accepted while one is replaced by
   * another: add the new one here, then change the callers, then take the old one away.
   */
  readonly secret: string | readonly string[];
  /** The path they are mounted under, such as `/accounts`; none is cut off when absent. */
  readonly prefix?: string | undefined;
  /** Told of every 500 and 503, with what was thrown; nothing else tells of them. */
  readonly onFault?: ((fault: AccountsFault) => void) | undefined;
}

/** A call that the store could not answer. */
export interface AccountsFault {
  /** The method, such as `users/findById`. */
  readonly method: string;
  /** As the store threw it. Log its name and its cause's message, which name no row. */
  readonly cause: unknown;
}

/** A listener of `node:http`; Express takes it as it is. */
export type AccountsListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The other half of `httpStores`: serves accounts to whoever knows the secret. Each method of a port
 * is a `POST` to `<prefix>/users/<method>` or `<prefix>/outbox/<method>`; whatever is not signed is
 * refused before its body is read. The request's body must not have been read by anybody else.
 *
 * @throws TypeError for a secret or a prefix that cannot be used
 */
export function accountsEndpoints(options: AccountsEndpointsOptions): AccountsListener {
  const { accounts, prefix = "", onFault } = options;
  const keys = keysOf(options.secret);
  if (!/^(?:\/[\w.~-]+)*$/.test(prefix)) throw new TypeError("prefix: a path such as /accounts");
  // A repetition is accepted a window after the first sending, which may be ahead by another one.
  const answers = answersFor(2 * windowMs + 1000, () => performance.now());
  const say = calling(accounts);
  const tell = (fault: AccountsFault): void => {
    try {
      onFault?.(fault);
    } catch {
      // Whoever listens changes nothing.
    }
  };

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "";
    const name = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : "";
    const { authorization } = request.headers;
    const signed = parseAuthorization(authorization, name);
    const key = signed === null ? null : keyThatSigned(keys, signed);
    if (signed === null || key === null) return refuse(response, 401);

    const { operation, sentAt, digest } = signed;
    const answer = ({ status, body }: Said): void =>
      write(response, status, body, {
        [answerHeader]: answerSignature(key, operation, status, body),
      });
    if (request.method !== "POST") return answer(refusal(404));
    if (Math.abs(Date.now() - sentAt) > windowMs) return answer(refusal(409));
    const body = await receive(request);
    if (typeof body === "number") return answer(refusal(body));
    if (digestOf(body) !== digest) return answer(refusal(400));
    const method = say.find(name);
    if (method === null) return answer(refusal(404));
    const said = await answers.once(`${name} ${operation}`, !method.reads, () =>
      method.answer(body).catch((cause: unknown) => {
        tell({ method: name, cause });
        return refusal(isAuthError(cause, "store_unavailable") ? 503 : 500);
      }),
    );
    answer(said);
  };

  return (request, response) => {
    response.on("error", () => {});
    answerTo(request, response).catch(() => response.destroy());
  };
}

/** Nothing but the status: whoever may know more finds it in the log of the other side. */
function refusal(status: number): Said {
  return { status, body: "{}" };
}

/** To somebody who has not shown that he may ask: the same to everybody, and nothing is read. */
function refuse(response: ServerResponse, status: number): void {
  write(response, status, "{}", { "www-authenticate": "Latchkey", connection: "close" });
}

function write(
  response: ServerResponse,
  status: number,
  body: string,
  more: Readonly<Record<string, string>>,
): void {
  // After a body that was not read to its end nothing sensible can come.
  const ends = status === 408 || status === 411 || status === tooLong || status === 409;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    [protocolHeader]: protocol,
    ...(status === 503 && { "retry-after": "1" }),
    ...(ends && { connection: "close" }),
    ...more,
  });
  response.end(body);
}
