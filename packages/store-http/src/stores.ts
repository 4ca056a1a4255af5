import type { Accounts } from "@latchkey/core/ports";
import * as z from "zod";
import { accountsBy } from "./accounts.ts";
import { addressOf } from "./address.ts";
import { type Ask, askWithin } from "./asking.ts";
import { exchangeWith, type HttpStoresTls } from "./exchange.ts";
import { instant } from "./forms.ts";
import { keyOf } from "./secret.ts";

/** Where the accounts are, and how to speak with whoever keeps them. */
export interface HttpStoresOptions {
  /**
   * Where `accountsEndpoints` are mounted, such as `https://users.internal:3010`. http:// is refused
   * beyond this machine: password hashes cross this wire.
   */
  readonly url: string;
  /** What both sides know: base64url, 32 bytes or more. It signs, and is never sent. */
  readonly secret: string;
  /** After how many seconds a call that was not answered fails with `store_unavailable` (default: 1.5). */
  readonly deadlineSeconds?: number | undefined;
  /**
   * How many connections are open at most; what comes on top waits, within its deadline
   * (default: 50).
   */
  readonly connections?: number | undefined;
  /**
   * A certificate authority of your own, and for mutual TLS our certificate (default: the system's,
   * none).
   */
  readonly tls?: HttpStoresTls | undefined;
  /** http:// to another machine, where something else encrypts what is sent (default: false). */
  readonly dangerouslyAllowPlainHttp?: boolean | undefined;
}

/** The stores that another service keeps: spread them beside those for sessions. */
export interface HttpStores {
  /** Users and their outbox, in the other service. */
  readonly accounts: Accounts;
}

/** How the other half is doing. */
export interface HttpCheck {
  /** What time it is there. */
  readonly times: readonly Date[];
}

/**
 * Accounts that another service keeps, behind its `accountsEndpoints`. Opens nothing before the
 * first call, and nothing has to be closed: idle connections keep no process alive.
 *
 * @throws TypeError for options that cannot be used
 */
export function httpStores(options: HttpStoresOptions): HttpStores {
  return { accounts: accountsBy(askOf(options)) };
}

/**
 * Whether the other half answers, knows our secret and reaches its own database: for a readiness
 * endpoint. Takes the options of `httpStores`.
 *
 * @throws AuthError `store_unavailable` where it cannot serve; its cause says why and what helps
 * @throws TypeError for options that cannot be used
 */
export async function checkHttpStores(options: HttpStoresOptions): Promise<HttpCheck> {
  const { time } = await askOf(options)("check", [], z.object({ time: instant }));
  return { times: [time] };
}

function askOf(options: HttpStoresOptions): Ask {
  const { deadlineSeconds = 1.5, connections = 50 } = options;
  const url = addressOf(options.url, options.dangerouslyAllowPlainHttp ?? false);
  if (!(deadlineSeconds > 0)) throw new TypeError("deadlineSeconds: more than zero");
  if (!Number.isSafeInteger(connections) || connections < 1) {
    throw new TypeError("connections: a whole number, at least 1");
  }
  const exchange = exchangeWith(url, options.tls ?? {}, connections);
  return askWithin(exchange, keyOf(options.secret), deadlineSeconds);
}
