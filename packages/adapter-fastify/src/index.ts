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
import type {
  FastifyError,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
} from "fastify";

/** What to mount; `prefix` is Fastify's own register option. */
export interface LatchkeyOptions extends MountOptions {
  readonly auth: Auth;
}

/**
 * Latchkey's endpoints as an encapsulated Fastify plugin: the host's parsers, hooks and error
 * handler stay its own. Bodies are handed to core as text, at most 16 KiB.
 */
export const latchkey: FastifyPluginAsync<LatchkeyOptions> = async (app, { auth, ...options }) => {
  app.removeAllContentTypeParsers();
  const parser = { parseAs: "string", bodyLimit: maxBodyBytes } as const;
  app.addContentTypeParser("*", parser, async (_request: FastifyRequest, text: string) => text);
  app.setErrorHandler((error: Error & Partial<FastifyError>, request, reply) => {
    // Bodies are refused here; what a hook of the host throws goes on to the host's own handler.
    if (error.code?.startsWith("FST_ERR_CTP_") !== true) throw error;
    return write(reply, errorReply(auth, error, toRequest(request)));
  });

  for (const endpoint of endpoints(auth, options)) {
    // The pattern instead of the address: a query may hold a token, and logs are read by many.
    const req = ({ method }: FastifyRequest): object => ({ method, url: endpoint.path });
    app.route({
      ...{ logSerializers: { req } },
      method: [...endpoint.methods],
      url: endpoint.path,
      exposeHeadRoute: false,
      bodyLimit: maxBodyBytes,
      handler: async (request, reply) => write(reply, await endpoint.handle(toRequest(request))),
    });
  }
};

/**
 * An `onRequest` hook that lets only signed-in requests through: it runs before the body is read,
 * so a stranger learns nothing about what the route accepts.
 */
export function requireAuth(auth: Auth): onRequestAsyncHookHandler {
  const check = guard(auth);
  return async (request, reply) => {
    const refusal = await check(toRequest(request), request);
    if (refusal !== null) return write(reply, refusal);
  };
}

/**
 * Who made a request that {@link requireAuth} let through.
 *
 * @throws TypeError on a route without it.
 */
export function getAuth(request: FastifyRequest): Caller {
  return guardedCaller(request);
}

function toRequest(request: FastifyRequest): EndpointRequest {
  const { url = "", rawHeaders, socket } = request.raw;
  const mark = url.indexOf("?");
  return {
    method: request.method,
    // Routes of ours have named parameters only, which Fastify decodes to text.
    params: request.params as EndpointRequest["params"],
    query: mark < 0 ? "" : url.slice(mark + 1),
    rawHeaders,
    body: request.body,
    peerAddress: socket.remoteAddress,
  };
}

function write(reply: FastifyReply, { status, headers, body }: EndpointReply): FastifyReply {
  // A hook of the host (CORS) may already have said what its part of the answer varies by.
  const vary = [reply.getHeader("vary") ?? [], headers["vary"] ?? []].flat().join(", ");
  return reply
    .code(status)
    .headers({ ...headers, vary })
    .send(body ?? undefined);
}
