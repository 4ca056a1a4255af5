import { randomBytes } from "node:crypto";
import { removeFolder, type PostgresFolder } from "latchkey-local-services/postgres-server";
import { freePorts } from "latchkey-local-services/server-process";
import { temporaryFolder } from "./folder.ts";
import { newNginx } from "./nginx.ts";
import { partOf, type Part, type PartPlan } from "./part.ts";
import { backendPlan, programPlan } from "./services.ts";
import { newPostgres, newRedis } from "./stores.ts";

export interface SystemOptions {
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Addresses of a broker for account events; null: none. */
  readonly kafkaBrokers?: string | null;
  /** Told when a part that had worked ends by itself. */
  readonly onEnd?: (part: Part) => void;
}

const names = [
  ...["nginx", "authentication-fastify", "authentication-express", "users", "backend"],
  ...["redis", "postgres"],
] as const;

/** Where everything is, and how to break and end it. */
export interface System {
  /** Where clients are served. */
  readonly url: string;
  readonly httpUrl: string;
  /** What clients have to trust, and the file that holds it. */
  readonly certificate: string;
  readonly certificateFile: string;
  readonly postgresUrl: string;
  /** Both services' own public addresses: their mailboxes are there, for this machine alone. */
  readonly services: readonly [fastify: string, express: string];
  readonly internals: readonly [fastify: string, express: string];
  /** The folder of nginx' logs. */
  readonly gatewayLogs: string;
  readonly parts: readonly Part[];
  part(name: string): Part;
  /** Ends all of it, gateway first, stores last; nothing is left. */
  stop(): Promise<void>;
}

/**
 * Starts the whole system and waits until all of it works.
 *
 * @param stopping ends what has started so far, when it fires before that
 * @throws Error naming the part that does not start, after everything else has ended.
 */
export async function startSystem(options: SystemOptions, stopping?: AbortSignal): Promise<System> {
  const stopped = new Promise<never>((_resolve, reject) => {
    stopping?.addEventListener("abort", () => reject(new Error("stopped while starting")));
  });
  stopped.catch(() => undefined);
  const folder = await temporaryFolder();
  const parts: Part[] = [];
  let postgresFolder: PostgresFolder | null = null;
  const stop = async (): Promise<void> => {
    await end(parts);
    await folder.remove();
    if (postgresFolder !== null) await removeFolder(postgresFolder);
  };
  try {
    const [redisPort = 0, postgresPort = 0, usersPort = 0, backendPort = 0, ...services] =
      await freePorts(8);
    const [fastify = 0, fastifyInternal = 0, express = 0, expressInternal = 0] = services;
    const redis = await newRedis(redisPort, await folder.within("redis"));
    const postgres = await newPostgres(postgresPort);
    postgresFolder = postgres.folder;
    const url = `https://localhost:${options.httpsPort}`;
    const nginx = await newNginx(folder, {
      ...{ HTTPS_PORT: `${options.httpsPort}`, HTTP_PORT: `${options.httpPort}`, PUBLIC_URL: url },
      ...{ SERVICE_1: at(fastify), SERVICE_1_INTERNAL: at(fastifyInternal) },
      ...{ SERVICE_2: at(express), SERVICE_2_INTERNAL: at(expressInternal) },
      BACKEND: at(backendPort),
    });
    const [AUTH_SECRET, USERS_SECRET] = [secret(), secret()];
    const users = {
      ...{ PORT: `${usersPort}`, USERS_SECRET, POSTGRES_URL: postgres.url },
    };
    const brokers = options.kafkaBrokers ?? null;
    const service = async (name: string, port: number, internal: number) => ({
      ...{ PORT: `${port}`, INTERNAL_PORT: `${internal}`, PUBLIC_URL: url, AUTH_SECRET },
      ...{ USERS_URL: `http://${at(usersPort)}`, USERS_SECRET, REDIS_URL: redis.url },
      // Only nginx speaks to it, and overwrites what clients say of themselves.
      ...{ TRUSTED_PROXIES: "127.0.0.1", DATA_DIR: await folder.within(name) },
      ...(brokers !== null && { KAFKA_BROKERS: brokers }),
    });
    const plans: readonly PartPlan[] = [
      redis.plan,
      postgres.plan,
      programPlan("users", `http://${at(usersPort)}/readyz`, users),
      programPlan(
        "authentication-fastify",
        `http://${at(fastifyInternal)}/readyz`,
        await service("fastify", fastify, fastifyInternal),
      ),
      programPlan(
        "authentication-express",
        `http://${at(expressInternal)}/readyz`,
        await service("express", express, expressInternal),
      ),
      backendPlan(backendPort),
      nginx.plan,
    ];
    const logs = await folder.within("logs");
    const onEnd = options.onEnd ?? (() => undefined);
    for (const plan of plans) parts.push(partOf(plan, logs, onEnd));
    stopping?.throwIfAborted();
    await Promise.race([Promise.all(parts.map((one) => one.start())), stopped]);
    return {
      url,
      httpUrl: `http://localhost:${options.httpPort}`,
      ...{ certificate: nginx.certificate, certificateFile: nginx.certificateFile },
      postgresUrl: postgres.url,
      services: [`http://${at(fastify)}`, `http://${at(express)}`],
      internals: [`http://${at(fastifyInternal)}`, `http://${at(expressInternal)}`],
      gatewayLogs: nginx.logs,
      parts,
      part: (name) => named(parts, name),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Those that ask end before those that are asked. */
async function end(parts: readonly Part[]): Promise<void> {
  const [nginx, fastify, express, users, backend, redis, postgres] = names.map((name) =>
    parts.find((part) => part.name === name),
  );
  await nginx?.stop();
  await Promise.all([fastify?.stop(), express?.stop(), backend?.stop()]);
  await users?.stop();
  await Promise.all([redis?.stop(), postgres?.stop()]);
}

function named(parts: readonly Part[], name: string): Part {
  const found = parts.find((part) => part.name === name);
  if (found === undefined) throw new TypeError(`no part is called ${name}`);
  return found;
}

function at(port: number): string {
  return `127.0.0.1:${port}`;
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}
