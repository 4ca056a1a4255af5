import type { Auth, Caller } from "@latchkey/core";
import {
  type Endpoint,
  type EndpointReply,
  type EndpointRequest,
  endpoints,
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
  for (const endpoint of endpoints(auth, options)) {
    // The pattern instead of the address: a query may hold a token, and logs are read by many.
    const req = ({ method }: FastifyRequest): object => ({ method, url: endpoint.path });
    app.route({
      ...{ logSerializers: { req } },
      method: [...endpoint.methods],
      url: routeOf(endpoint),
      exposeHeadRoute: false,
      bodyLimit: maxBodyBytes,
      onRequest: async (request, reply) =>
        isPlaceOf(endpoint, request) ? undefined : reply.callNotFound(),
      handler: async (request, reply) =>
        write(reply, await endpoint.handle(toRequest(request, endpoint))),
      errorHandler(error: Error & Partial<FastifyError>, request, reply) {
        // Bodies are refused here; what a hook of the host throws goes on to the host's own handler.
        if (error.code?.startsWith("FST_ERR_CTP_") !== true) throw error;
        void write(reply, endpoint.refuse(error, toRequest(request, endpoint)));
      },
    });
  }
};

/** Fastify finds no parameter of more than 100 characters, but lets `*` take any rest. */
function routeOf({ path, longParameter }: Endpoint): string {
  return longParameter === undefined
    ? path
    : path.replace(`:${longParameter}`, "*").replace("*/", "*");
}

/** Whether what `*` took is one part of the path, as the parameter it stands for would be. */
function isPlaceOf({ path, longParameter }: Endpoint, request: FastifyRequest): boolean {
  if (longParameter === undefined) return true;
  const parts = (request.raw.url ?? "").replace(/\?.*/s, "").split("/");
  if (path.endsWith("/") && parts.pop() !== "") return false;
  return !parts.includes("", 1) && parts.length === request.routeOptions.url?.split("/").length;
}

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

function toRequest(
  request: FastifyRequest,
  { longParameter }: Pick<Endpoint, "longParameter"> = {},
): EndpointRequest {
  const { url = "", rawHeaders, socket } = request.raw;
  const mark = url.indexOf("?");
  // Fastify decodes parameters, and what `*` takes, to text.
  const params = request.params as EndpointRequest["params"];
  const rest = params["*"]?.replace(/\/$/, "");
  return {
    method: request.method,
    params: longParameter === undefined ? params : { ...params, [longParameter]: rest },
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
