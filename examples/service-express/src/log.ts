import type { AuthEvent } from "@latchkey/core";
import type { RequestHandler } from "express";

/** One line of JSON. Callers name what goes in: no URL, header or body is ever passed. */
export function log(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** An event as a line; of a fault only its name, since a message may quote what failed. */
export function logEvent(event: AuthEvent): void {
  if (event.name !== "fault") return log({ event: event.name, ...event, name: undefined });
  const { id, at, where, cause } = event;
  const error = cause instanceof Error ? cause.name : typeof cause;
  log({ event: "fault", id, at, where, error, stack: frames(cause) });
}

/** Where it happened, without the message that stands before the frames. */
function frames(cause: unknown): readonly string[] {
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

/** A line for each answered request: the route's pattern, since a path may hold a token. */
export function logRequests(listener: "public" | "internal"): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.once("finish", () => {
      // What Express matched; a router that was mounted keeps its own pattern to itself.
      const route = (request.route as { path?: unknown } | undefined)?.path;
      const ms = Math.round((performance.now() - started) * 10) / 10;
      const { method } = request;
      log({ listener, method, route: route ?? null, status: response.statusCode, ms });
    });
    next();
  };
}
