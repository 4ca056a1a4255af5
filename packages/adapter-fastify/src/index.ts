import type { IncomingMessage } from "node:http";
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
import type {
  FastifyError,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
} from "fastify";

/** What to mount; `prefix` is Fastify's own register option. */
export interface LatchkeyOptions extends MountOptions {
  /** What is mounted. */
  readonly auth: Auth;
}

/**
 * Latchkey's endpoints as an encapsulated Fastify plugin: the host's parsers, hooks and error
 * handler stay its own. Bodies are handed to core as they are, at most 16 KiB.
 */
export const latchkey: FastifyPluginAsync<LatchkeyOptions> = async (app, { auth, ...options }) => {
  app.removeAllContentTypeParsers();
  const parser = { parseAs: "buffer", bodyLimit: maxBodyBytes } as const;
  app.addContentTypeParser("*", parser, async (_request: FastifyRequest, body: Buffer) => body);
  for (const endpoint of endpoints(auth, options, app.prefix)) {
    // The pattern instead of the address: a query may hold a token, and logs are read by many.
    const req = ({ method }: FastifyRequest): object => ({ method, url: endpoint.path });
    const answer = async (raw: IncomingMessage, body: unknown, reply: FastifyReply) =>
      write(reply, await endpoint.handle(raw, body));
    app.route({
      ...{ logSerializers: { req } },
      method: [...endpoint.methods],
      // Fastify finds no parameter of more than 100 characters, but lets `*` take any rest.
      url: endpoint.path.replace(/:.*/, "*"),
      exposeHeadRoute: false,
      bodyLimit: maxBodyBytes,
      onRequest: async ({ raw }, reply) => (endpoint.isAt(raw) ? undefined : reply.callNotFound()),
      handler: ({ raw, body }, reply) => answer(raw, body, reply),
      errorHandler(error: Error & Partial<FastifyError>, { raw }, reply) {
        // What a hook of the host throws goes on to the host's own handler.
        if (error.code?.startsWith("FST_ERR_CTP_") !== true) throw error;
        void answer(raw, error, reply);
      },
    });
  }
};

/**
 * An `onRequest` hook that lets only signed-in requests through: it runs before the body is read,
 * so a stranger learns nothing about what the route accepts.
 */
export function requireAuth(auth: Auth): onRequestHookHandler {
  const check = guard(auth);
  const whenAsked = async (asked: Asked, reply: FastifyReply, goOn: () => void): Promise<void> => {
    const refusal = await asked;
    if (refusal === null) goOn();
    else write(reply, refusal);
  };
  // Whoever is remembered goes on in the same turn.
  return (request, reply, done) => {
    const asked = check(request.raw, request);
    if (asked === null) done();
    else void whenAsked(asked, reply, done);
  };
}

type Asked = Promise<EndpointReply | null>;

/**
 * Who made a request that {@link requireAuth} let through.
 *
 * @throws TypeError on a route without it.
 */
export const getAuth: (request: FastifyRequest) => Caller = guardedCaller;

function write(reply: FastifyReply, answer: EndpointReply): FastifyReply {
  const headers = headersBeside(answer, reply.getHeader("vary"));
  return reply
    .code(answer.status)
    .headers(headers)
    .send(answer.body ?? undefined);
}
