import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth, Caller } from "@latchkey/core";
import {
  type EndpointReply,
  type EndpointRequest,
  endpoints,
  errorReply,
  guard,
  guardedCaller,
  maxBodyBytes,
  type MountOptions,
} from "@latchkey/core/http";
import express, { type NextFunction, type Request, type Response } from "express";

/** A middleware in Node's own terms, so that Express goes on inferring its own parameters. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

/**
 * Latchkey's endpoints as an Express router whose paths are compared strictly. Bodies are handed
 * to core as text, at most 16 KiB; where the host parsed JSON before, malformed JSON is the host's
 * own answer.
 */
export function latchkey(auth: Auth, options: MountOptions = {}): Middleware {
  const router = express.Router({ caseSensitive: true, strict: true });
  const readBody = express.raw({ type: () => true, inflate: false, limit: maxBodyBytes });

  for (const { path, methods, ...endpoint } of endpoints(auth, options)) {
    const refuse = (
      error: unknown,
      request: Request,
      response: Response,
      _next: NextFunction,
    ): void => write(response, endpoint.refuse(error, toRequest(request)));
    const choose = (request: Request, _response: Response, next: NextFunction): void =>
      methods.includes(request.method) ? next() : next("route");
    const handle = async (request: Request, response: Response): Promise<void> =>
      write(response, await endpoint.handle(toRequest(request)));
    router.all(path, choose, readBody, handle, refuse);
  }
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    write(response, errorReply(auth, error, toRequest(request))),
  );
  // Express made both objects what its router expects before any middleware saw them.
  return (request, response, next) => {
    router(request as Request, response as Response, next);
  };
}

/** A middleware that lets only signed-in requests through; mounted first, no body is read. */
export function requireAuth(auth: Auth): Middleware {
  const check = guard(auth);
  return async (request, response, next) => {
    const refusal = await check(toRequest(request), request);
    if (refusal !== null) return write(response, refusal);
    next();
  };
}

/**
 * Who made a request that {@link requireAuth} let through.
 *
 * @throws TypeError on a route without it.
 */
export function getAuth(request: IncomingMessage): Caller {
  return guardedCaller(request);
}

function toRequest(request: IncomingMessage): EndpointRequest {
  // Express adds these two to Node's request; a guard may run before either is there.
  const { params = {}, body } = request as Partial<Pick<EndpointRequest, "params" | "body">>;
  const { method = "GET", url = "", rawHeaders, socket } = request;
  const mark = url.indexOf("?");
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const text = Buffer.isBuffer(body) ? body.toString() : body;
  return { method, params, query, rawHeaders, body: text, peerAddress: socket.remoteAddress };
}

function write(response: ServerResponse, { status, headers, body }: EndpointReply): void {
  const length = body === null ? {} : { "content-length": Buffer.byteLength(body) };
  // A middleware of the host (CORS) may already have said what its part of the answer varies by.
  const vary = [response.getHeader("vary") ?? [], headers["vary"] ?? []].flat().join(", ");
  const cookie = headers["set-cookie"];
  if (cookie !== undefined) response.appendHeader("set-cookie", cookie);
  const { "set-cookie": _, ...rest } = headers;
  response.writeHead(status, { ...rest, ...length, vary }).end(body ?? undefined);
}
