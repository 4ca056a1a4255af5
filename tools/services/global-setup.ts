// Real services for the tests, brought up by the tests: each once for a whole run, and only when the
// first test file asks for it. Test files live in other processes than this one, so they ask over a
// loopback port of a broker; see client.ts for how.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import type { PostgresService } from "./postgres.ts";

/** A running service: where it is, and its end. */
export interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

interface Services {
  readonly postgres: () => Promise<PostgresService>;
  readonly redis: () => Promise<Service>;
  readonly "redis-cluster": () => Promise<Service>;
  readonly chromium: () => Promise<Service>;
  readonly kafka: () => Promise<Service>;
}

export type ServiceName = keyof Services;

// Imported when asked for, so that a run without a service does not even load its module.
const starters: Services = {
  postgres: async () => (await import("./postgres.ts")).startPostgres(),
  redis: async () => (await import("./redis.ts")).startRedis(),
  "redis-cluster": async () => (await import("./redis-cluster.ts")).startRedisCluster(),
  chromium: async () => (await import("./chromium.ts")).startChromium(),
  kafka: async () => (await import("./kafka.ts")).startKafka(),
};

/** Vitest's `globalSetup`: provides the broker's address and ends everything after the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = new Map<ServiceName, Promise<Service>>();
  const start = <Name extends ServiceName>(name: Name): ReturnType<Services[Name]> => {
    const running = started.get(name) ?? starters[name]();
    started.set(name, running);
    // The map cannot say that each name keeps its own kind of service.
    return running as ReturnType<Services[Name]>;
  };

  const answer = async ({ url = "/" }: IncomingMessage): Promise<string> => {
    const { pathname, searchParams } = new URL(url, "http://broker.invalid");
    if (pathname === "/database") {
      const postgres = await start("postgres");
      return postgres.createDatabase(searchParams.get("template") ?? undefined);
    }
    const name = pathname.slice(1);
    if (!isService(name)) throw new TypeError(`there is no service "${name}"`);
    return (await start(name)).url;
  };

  const broker = createServer((request, response) => {
    answer(request).then(
      (text) => response.end(text),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    broker.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = broker.address() as AddressInfo;
  project.provide("services", `http://127.0.0.1:${port}`);

  return async () => {
    broker.close();
    broker.closeAllConnections();
    // One that never came up has cleaned up after itself and told whoever asked.
    const running = await Promise.allSettled(started.values());
    await Promise.all(
      running.map(async (one) => {
        if (one.status === "fulfilled") await one.value.stop();
      }),
    );
  };
}

function isService(name: string): name is ServiceName {
  return Object.hasOwn(starters, name);
}

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the broker that starts services on demand. */
    readonly services: string;
  }
}
