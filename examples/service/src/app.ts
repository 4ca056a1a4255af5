import { latchkey } from "@latchkey/adapter-fastify";
import { AuthError, createAuth, type Auth } from "@latchkey/core";
import { errorReply } from "@latchkey/core/http";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Environment } from "./environment.ts";
import { log, logEvent, logRequests } from "./log.ts";
import { mailbox } from "./mailbox.ts";
import { missingStores } from "./ready.ts";
import { keptSecret } from "./secret.ts";

/** A service that listens, and how to end it. */
export interface Service {
  readonly stop: () => Promise<void>;
}

/** Brings the service up as the environment says. */
export async function startService(environment: Environment): Promise<Service> {
  const { host, port, internalPort, publicRenew, publicUrl, options, trustedProxies } = environment;
  const stores = memoryStores();
  const mailer = memoryMailer();
  const auth = createAuth({
    productName: "Latchkey",
    ...options,
    ...{ publicUrl, secret: secretOf(environment), keys: environment.keys, trustedProxies },
    ...{ stores, mailer, onEvent: logEvent },
  });

  const front = listener(auth, "public");
  await front.register(latchkey, { auth, publicRenew });
  if (environment.local) await front.register(mailbox, { mailer });
  front.get("/healthz", async () => ({ status: "ok" }));

  const inner = internalPort === null ? null : listener(auth, "internal");
  await inner?.register(latchkey, { auth, expose: ["internal"] });
  inner?.get("/healthz", async () => ({ status: "ok" }));
  inner?.get("/readyz", async (_request, reply) => {
    const missing = await missingStores(stores);
    if (missing.length > 0) reply.code(503);
    return { status: missing.length === 0 ? "ready" : "unavailable", missing };
  });

  await inner?.listen({ host, port: internalPort ?? 0 });
  await front.listen({ host, port });
  await auth.start();
  log({ message: "accounts are kept in memory and forgotten at the end of this process" });
  log({ message: "mails are kept in memory", mailbox: `${publicUrl}/dev/mailbox` });
  log({ message: "ready", public: `http://${host}:${port}`, internal: internalPort });
  return {
    async stop() {
      await Promise.all([front.close(), inner?.close()]);
      await auth.stop();
    },
  };
}

function secretOf(environment: Environment): string {
  if (environment.secret !== null) return environment.secret;
  const { secret, path } = keptSecret(environment.dataDir);
  log({ message: "AUTH_SECRET is not set: using the one made for this folder", path });
  return secret;
}

/** A Fastify whose own refusals read like all others. */
function listener(auth: Auth, name: "public" | "internal"): FastifyInstance {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { rawHeaders, socket } = request.raw;
    const refusal = errorReply(auth, error, { rawHeaders, peerAddress: socket.remoteAddress });
    return reply
      .code(refusal.status)
      .headers({ ...refusal.headers })
      .send(refusal.body);
  };
  const app = Fastify({
    bodyLimit: 16_384,
    requestTimeout: 10_000,
    frameworkErrors: (_error, request, reply) =>
      void refuse(new AuthError("malformed_request"), request, reply),
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => refuse(new AuthError("not_found"), request, reply));
  logRequests(app, name);
  return app;
}
