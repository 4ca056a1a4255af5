import { createServer } from "node:http";
import { latchkey } from "@latchkey/adapter-express";
import { AuthError, createAuth, type Auth } from "@latchkey/core";
import { errorReply } from "@latchkey/core/http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
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

  const front = listener("public");
  front.use(latchkey(auth, { publicRenew, pages: true }));
  if (mail.kept !== null) {
    front.use(mailbox(mail.kept));
    for (const { path, headers, body } of demoPage) {
      front.get(path, (_request, response) => void response.set(headers).send(body));
    }
  }
  front.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  refuseTheRest(front, auth);

  const inner = listener("internal");
  inner.use(latchkey(auth, { expose: ["internal"] }));
  inner.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  inner.get("/readyz", async (_request, response) => {
    const missing = await troubles(questions);
    if (missing.length > 0) response.status(503);
    response.json({ status: missing.length === 0 ? "ready" : "unavailable", missing });
  });
  refuseTheRest(inner, auth);

  const closeInner =
    internalPort === null ? null : await open(inner, "INTERNAL_PORT", host, internalPort);
  const closeFront = await open(front, "PORT", host, port);
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
      await Promise.all([closeFront(), closeInner?.()]);
      await auth.stop();
      await readying;
      await Promise.all([mail.close(), events.close(), storage.close()]);
    },
  };
}

/** Listens, and answers how to end it. */
async function open(
  app: Express,
  variable: string,
  host: string,
  port: number,
): Promise<() => Promise<void>> {
  const server = createServer({ requestTimeout: 10_000 });
  const close = endSoon(server);
  server.on("request", app);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve);
    });
    return close;
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

function listener(name: "public" | "internal"): Express {
  const app = express();
  app.disable("x-powered-by");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.use(logRequests(name));
  app.use(requirePath);
  return app;
}

/** Express decodes no path that no route asks for; what is none is refused wherever it leads. */
const requirePath: RequestHandler = (request, _response, next) => {
  try {
    decodeURIComponent(request.path);
  } catch {
    throw new AuthError("malformed_request");
  }
  next();
};

/** Express' own refusals read like all others. */
function refuseTheRest(app: Express, auth: Auth): void {
  app.use(() => {
    throw new AuthError("not_found");
  });
  const refuse: ErrorRequestHandler = (error: unknown, request, response, _next) => {
    const refusal = errorReply(auth, error, request);
    response.status(refusal.status).set(refusal.headers).send(refusal.body);
  };
  app.use(refuse);
}
