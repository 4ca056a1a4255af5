import type { Auth } from "../auth.ts";
import type { Caller } from "../domain/session.ts";
import { clientOf, trustIn } from "./address.ts";
import { callerOf } from "./call.ts";
import type { EndpointReply, Message } from "./endpoint.ts";
import { uncheckedToken } from "./input.ts";
import { senderOf } from "./place.ts";
import { problem } from "./problem.ts";

/** Lets a request through, at once where nobody has to be asked, or says what to answer instead. */
export type Guard = (message: Message, key: object) => Promise<EndpointReply | null> | null;

type CallingClient = ReturnType<typeof clientOf>;

/**
 * Where a framework's request object says who made it. Nobody else has this symbol, so two
 * authentication packages can live in one app. A WeakMap would do, but its upkeep by the garbage
 * collector took twice what all else takes to let a remembered caller through.
 */
const madeBy = Symbol("latchkey: made by");

/** A framework's request object, whichever framework's. */
interface Guarded {
  [madeBy]?: Caller;
}

/**
 * A guard for routes of the application. It notes the caller on `key`, the framework's request
 * object, for {@link guardedCaller}.
 */
export function guard(auth: Auth): Guard {
  requireAuthObject(auth);
  const { locale, trustedProxies } = auth.settings;
  const trust = trustIn(trustedProxies);
  const ask = async (message: Message, key: Guarded): Promise<EndpointReply | null> => {
    const client = onceAsked(() => clientOf(senderOf(message), trust, locale));
    try {
      key[madeBy] = await callerOf(auth, message.rawHeaders, client);
      return null;
    } catch (error) {
      return problem(error, client.locale);
    }
  };
  return (message, key: Guarded) => {
    // What is remembered was verified as it is spelled: its form needs no second look.
    const token = uncheckedToken(message.rawHeaders);
    const caller = token === null ? null : auth.recall(token);
    if (caller === null) return ask(message, key);
    key[madeBy] = caller;
    return null;
  };
}

/** A client that is only looked at where somebody wants to know: most requests count nothing. */
function onceAsked(look: () => CallingClient): CallingClient {
  let client: CallingClient | undefined;
  const known = (): CallingClient => (client ??= look());
  return {
    get ip() {
      return known().ip;
    },
    get agent() {
      return known().agent;
    },
    get locale() {
      return known().locale;
    },
  };
}

/**
 * Refuses what is not an Auth, where a mistake is made and not where a request meets it.
 *
 * @throws TypeError
 */
export function requireAuthObject(auth: unknown): void {
  if (typeof auth === "object" && auth !== null && "settings" in auth) return;
  throw new TypeError("give auth: what createAuth returned");
}

/**
 * The caller of a guarded request.
 *
 * @throws TypeError where no guard ran: a route that forgot it must not serve anybody.
 */
export function guardedCaller(key: object): Caller {
  const { [madeBy]: caller } = key as Guarded;
  if (caller !== undefined) return caller;
  throw new TypeError("this route is not guarded: add requireAuth(auth) to it");
}
