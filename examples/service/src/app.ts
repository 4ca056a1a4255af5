import { latchkey } from "@latchkey/adapter-fastify";
import { AuthError, createAuth, type Auth } from "@latchkey/core";
import { errorReply } from "@latchkey/core/http";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { demoPage } from "latchkey-example-demo-page";
import { endSoon } from "./ending.ts";
import { inVariables, type Environment } from "./environment.ts";
import { openEvents } from "./events.ts";
import { log, logEvent, logRequests } from "./log.ts";
import { openMail } from "./mail.ts";
import { mailbox } from "./mailbox.ts";
import { sayWhenReady, troubles } from "./ready.ts";
import { keptSecret } from "./secret.ts";
import { openStorage, type Storage } from "./storage.ts";

/** A service that listens, and how to end it. */
export interface Service {
  readonly stop: () => Promise<void>;
}

/**
 * Brings the service up as the environment says.
 *
 * @throws TypeError naming the variable that cannot be used.
 */
export async function startService(environment: Environment): Promise<Service> {
  try {
    return await start(environment);
  } catch (error) {
    throw inVariables(error);
  }
}

async function start(environment: Environment): Promise<Service> {
  const secret = secretOf(environment);
  const storage = await openStorage(environment);
  try {
    return await serve(environment, secret, storage);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function serve(
  environment: Environment,
  secret: string | readonly string[],
  { stores, questions, ...storage }: Storage,
): Promise<Service> {
  const { host, port, internalPort, publicRenew, publicUrl, options, trustedProxies } = environment;
  const mail = openMail(environment);
  const events = openEvents(environment);
  const auth = createAuth({
    productName: "Latchkey",
    ...options,
    ...{ publicUrl, secret, keys: environment.keys, trustedProxies },
    ...{ stores, mailer: mail.mailer, handlers: events.handlers, onEvent: logEvent },
  });

  const front = listener(auth, "public");
  await front.register(latchkey, { auth, publicRenew, pages: true });
  if (mail.kept !== null) {
    await front.register(mailbox, { mailer: mail.kept });
    for (const { path, headers, body } of demoPage) {
      front.get(path, (_request, reply) => reply.headers({ ...headers }).send(body));
    }
  }
  front.get("/healthz", async () => ({ status: "ok" }));

  const inner = internalPort === null ? null : listener(auth, "internal");
  await inner?.register(latchkey, { auth, expose: ["internal"] });
  inner?.get("/healthz", async () => ({ status: "ok" }));
  inner?.get("/readyz", async (_request, reply) => {
    const missing = await troubles(questions);
    if (missing.length > 0) reply.code(503);
    return { status: missing.length === 0 ? "ready" : "unavailable", missing };
  });

  if (inner !== null) await open(inner, "INTERNAL_PORT", host, internalPort ?? 0);
  await open(front, "PORT", host, port);
  await auth.start();
  if (mail.kept !== null) {
    log({
      message: "SMTP_URL is not set: mails are kept in memory",
      mailbox: `${publicUrl}/dev/mailbox`,
    });
  }
  const listeners = { public: `http://${host}:${port}`, internal: internalPort };
  log({ message: "listening", ...listeners });
  // Whoever asks before that is told 503; a server of ours may still be starting.
  const stopping = new AbortController();
  const readying = sayWhenReady(questions, listeners, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([front.close(), inner?.close()]);
      await auth.stop();
      await readying;
      await Promise.all([mail.close(), events.close(), storage.close()]);
    },
  };
}

async function open(
  app: FastifyInstance,
  variable: string,
  host: string,
  port: number,
): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${variable}: ${why}`, { cause });
  }
}

function secretOf(environment: Environment): string | readonly string[] {
  if (environment.secret !== null) return environment.secret;
  const { secret, path } = keptSecret(environment.dataDir);
  log({ message: "AUTH_SECRET is not set: using the one made for this folder", path });
  return secret;
}

/** A Fastify whose own refusals read like all others. */
function listener(auth: Auth, name: "public" | "internal"): FastifyInstance {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = errorReply(auth, error, request.raw);
    return reply
      .code(refusal.status)
      .headers({ ...refusal.headers })
      .send(refusal.body);
  };
  const app = Fastify({
    bodyLimit: 16_384,
    requestTimeout: 10_000,
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) =>
      void refuse(new AuthError("malformed_request"), request, reply),
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => refuse(new AuthError("not_found"), request, reply));
  logRequests(app, name);
  endSoon(app);
  return app;
}
