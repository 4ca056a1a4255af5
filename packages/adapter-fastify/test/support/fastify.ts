import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-fastify";
import type { HostOptions, Listen } from "@latchkey/conformance/http";
import type { Auth } from "@latchkey/core";
import Fastify, { type FastifyInstance } from "fastify";

/** A host application as {@link Listen} describes it. */
export async function hostApp(auth: Auth, options: HostOptions = {}): Promise<FastifyInstance> {
  const { prefix = "", ...mount } = options;
  const app = Fastify();
  app.setErrorHandler(async (_error, _request, reply) => reply.code(418).send({ host: "broke" }));
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ host: "nothing here" }));
  app.register(latchkey, { auth, prefix, ...mount });

  const guarded = { onRequest: requireAuth(auth) };
  app.get<{ Params: { id: string } }>("/notes/:id", guarded, async (request) => ({
    note: request.params.id,
    ...getAuth(request),
  }));
  app.post("/notes", guarded, async (request) => ({ received: request.body }));
  app.post("/echo", async (request) => ({ received: request.body }));
  app.get("/unguarded", async (request) => {
    try {
      return getAuth(request);
    } catch (error) {
      return { thrown: error instanceof Error ? error.name : "?" };
    }
  });
  app.get("/broken", async () => {
    throw new Error("broken on purpose");
  });
  return app;
}

export const listen: Listen = async (auth, options) => {
  const app = await hostApp(auth, options);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, close: () => app.close() };
};
