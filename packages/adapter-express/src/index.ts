import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth, Caller } from "@latchkey/core";
import {
  type EndpointReply,
  endpoints,
  guard,
  guardedCaller,
  headersBeside,
  maxBodyBytes,
  type MountOptions,
} from "@latchkey/core/http";
import express from "express";

/** A middleware in Node's own terms, so that Express goes on inferring its own parameters. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

/**
 * Latchkey's endpoints as a middleware; their paths are compared strictly, whatever the host does.
 * Bodies are handed to core as they are, at most 16 KiB; where the host parsed JSON before,
 * malformed JSON is the host's own answer.
 */
export function latchkey(auth: Auth, options: MountOptions = {}): Middleware {
  const places = endpoints(auth, options);
  const readBody = express.raw({ type: () => true, inflate: false, limit: maxBodyBytes });
  return (request: IncomingMessage & { readonly body?: unknown }, response, next) => {
    const endpoint = places.find((place) => place.isAt(request));
    if (endpoint === undefined) return next();
    readBody(request, response, (fault: unknown) => {
      const body = fault ?? request.body;
      endpoint.handle(request, body).then((reply) => write(response, reply), next);
    });
  };
}

/** A middleware that lets only signed-in requests through; mounted first, no body is read. */
export function requireAuth(auth: Auth): Middleware {
  const check = guard(auth);
  // Whoever is remembered goes on in the same turn.
  return (request, response, next) => {
    const asked = check(request, request);
    if (asked === null) return next();
    const whenAsked = (refusal: EndpointReply | null): void => {
      if (refusal === null) next();
      else write(response, refusal);
    };
    return asked.then(whenAsked);
  };
}

/**
 * Who made a request that {@link requireAuth} let through.
 *
 * @throws TypeError on a route without it.
 */
export const getAuth: (request: IncomingMessage) => Caller = guardedCaller;

function write(response: ServerResponse, reply: EndpointReply): void {
  const { "set-cookie": cookie, ...headers } = headersBeside(reply, response.getHeader("vary"));
  if (cookie !== undefined) response.appendHeader("set-cookie", cookie);
  const length = reply.body === null ? {} : { "content-length": Buffer.byteLength(reply.body) };
  response.writeHead(reply.status, { ...headers, ...length }).end(reply.body ?? undefined);
}
