import { getAuth, latchkey, requireAuth } from "@latchkey/adapter-fastify";
import type { Auth } from "@latchkey/core";
import Fastify, { type FastifyInstance } from "fastify";
import { sessionCookie } from "./session-cookie.ts";

/** An application with accounts: endpoints, `/session` for its page, and a route of its own. */
export function application(auth: Auth): FastifyInstance {
  const app = Fastify();
  app.register(latchkey, { auth, publicRenew: true });
  app.register(sessionCookie, { auth });
  app.get("/notes", { onRequest: requireAuth(auth) }, async (request) => ({
    owner: getAuth(request).userId,
  }));
  return app;
}
