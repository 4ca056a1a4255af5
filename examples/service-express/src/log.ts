import { isAuthError, type AuthEvent } from "@latchkey/core";
import type { RequestHandler } from "express";
import { reasonOf } from "./reason.ts";

/** One line of JSON. Callers name what goes in: no URL, header or body is ever passed. */
export function log(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** An event as a line. */
export function logEvent(event: AuthEvent): void {
  if (event.name !== "fault") return log({ event: event.name, ...event, name: undefined });
  const { id, at, where, cause } = event;
  log({ event: "fault", id, at, where, ...described(cause), stack: frames(cause) });
}

/**
 * What a store says of its outage, which names cause and cure and no secret. Of anything else only
 * its name and a code of a few capitals: a message may quote what failed.
 */
function described(cause: unknown): Readonly<Record<string, string>> {
  if (isAuthError(cause)) return { error: cause.code, reason: reasonOf(cause) };
  if (!(cause instanceof Error)) return { error: typeof cause };
  const code = "code" in cause ? String(cause.code) : "";
  return { error: cause.name, ...(/^[A-Z][A-Z0-9_]{1,30}$/.test(code) && { code }) };
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
