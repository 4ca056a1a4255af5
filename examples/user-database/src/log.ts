import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccountsFault } from "@latchkey/store-http";

/** One line of JSON. Callers name what goes in: no URL, header or body is ever passed. */
export function log(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** A call that could not be answered, and the cause that the store names: it holds no row. */
export function logFault({ method, cause }: AccountsFault): void {
  const error = cause instanceof Error ? cause.name : typeof cause;
  const named = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : null;
  log({ event: "fault", method, error, cause: named });
}

/** What is served; whatever else is asked for may hold anything. */
const known = /^\/(?:healthz|readyz|check|(?:users|outbox)\/[A-Za-z]{1,32})$/;

/** A line for each answered request. */
export function logRequest({ method, url = "" }: IncomingMessage, response: ServerResponse): void {
  const asked = performance.now();
  response.on("finish", () => {
    const ms = Math.round((performance.now() - asked) * 10) / 10;
    log({ method, route: known.test(url) ? url : null, status: response.statusCode, ms });
  });
}
