import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { accountsEndpoints } from "@latchkey/store-http";
import { checkPostgres, postgresStores } from "@latchkey/store-postgres";
import { type Database, embeddedDatabase, serverDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { log, logFault, logRequest } from "./log.ts";
import { migrating, type Migration } from "./migrating.ts";
import { clockTrouble, type Question, sayWhenReady, troubles } from "./ready.ts";

/** The accounts, served, and how to end it. */
export interface UserDatabase {
  readonly stop: () => Promise<void>;
}

/** A caller that has not ended its request after this long is cut off. */
const patienceMilliseconds = 5000;

/**
 * Brings the service up as the environment says.
 *
 * @throws TypeError naming the variable that cannot be used.
 */
export async function startUserDatabase(environment: Environment): Promise<UserDatabase> {
  const { host, port, postgresUrl, dataDir, secrets, tls } = environment;
  const database =
    postgresUrl === null ? await embeddedDatabase(dataDir) : serverDatabase(postgresUrl);
  const migration = migrating(database);
  try {
    const { accounts } = postgresStores(database.source);
    const question = questionOf(database, migration);
    const endpoints = endpointsOf(() =>
      accountsEndpoints({ accounts, secret: secrets, onFault: logFault }),
    );
    let closing = false;
    const server = serverOf(tls, (request, response) => {
      logRequest(request, response);
      if (closing) response.setHeader("connection", "close");
      if (request.url === "/healthz") return json(response, 200, { status: "ok" });
      if (request.url !== "/readyz") return endpoints(request, response);
      void troubles([question]).then((missing) => {
        const status = missing.length === 0 ? "ready" : "unavailable";
        return json(response, missing.length === 0 ? 200 : 503, { status, missing });
      });
    });
    await listening(server, host, port);
    const address = { users: `${tls === null ? "http" : "https"}://${host}:${port}` };
    log({ message: "listening", ...address });
    const stopping = new AbortController();
    const readying = sayWhenReady([question], address, stopping.signal);
    return {
      async stop() {
        closing = true;
        stopping.abort();
        const closed = new Promise((resolve) => server.close(resolve));
        setTimeout(() => server.closeAllConnections(), patienceMilliseconds).unref();
        await closed;
        await readying;
        migration.stop();
        await database.close();
      },
    };
  } catch (error) {
    migration.stop();
    await database.close();
    throw error;
  }
}

/** A refusal names the variable. */
function endpointsOf(make: () => RequestListener): RequestListener {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new TypeError(`USERS_SECRET: ${cause.message.replace(/^secret: /, "")}`, { cause });
  }
}

function questionOf({ source }: Database, migration: Migration): Question {
  return {
    store: "accounts",
    async ask() {
      const waiting = migration.trouble();
      if (waiting !== null) return waiting;
      // It answers in time, or names cause and cure.
      return clockTrouble([(await checkPostgres(source)).time], new Date());
    },
  };
}

function serverOf(tls: Environment["tls"], listener: RequestListener): Server {
  // Idle connections are kept longer than callers keep them, so that nobody sends into an end.
  const times = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 75_000 };
  if (tls === null) return createServer(times, listener);
  const asked = tls.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  return createSecureServer({ ...times, ...tls, ...asked }, listener);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(new Error(`PORT: ${cause.message}`, { cause })));
    server.listen(port, host, resolve);
  });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
