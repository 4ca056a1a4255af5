import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-fastify";
import type { Auth } from "@latchkey/core";
import Fastify, { type FastifyInstance } from "fastify";

export function buildApp(auth: Auth): FastifyInstance {
  const app = Fastify();
  app.register(latchkey, { auth, publicRenew: true, pages: true });
  app.get("/hello", { onRequest: requireAuth(auth) }, async (request) => ({
    hello: getAuth(request).tag,
  }));
  return app;
}
