// Redis servers of the tests' own: free ports, nothing on disk that outlives them, nothing left
// behind, not even after `kill -9` of the tests.
import { Redis } from "ioredis";
import type { Service } from "./global-setup.ts";
import { findRedis } from "./redis-binary.ts";
import { freePorts, startProcess, until, type ServerProcess } from "./server-process.ts";

/** One server. */
export interface RedisService extends Service {
  readonly port: number;
  readonly process: ServerProcess;
}

export interface RedisSettings {
  /** A port to use again; a free one when absent. */
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  /** Any of redis.conf. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

// No disk: what a test wants kept over a restart it says itself.
const defaults = { bind: "127.0.0.1", save: "", appendonly: "no", "repl-diskless-sync-delay": "0" };
const mostAttempts = 3;

export async function startRedis(options: RedisSettings = {}): Promise<RedisService> {
  const { path, environment } = await findRedis();
  for (let attempt = 1; ; attempt += 1) {
    const [port] = options.port === undefined ? await freePorts(1) : [options.port];
    if (port === undefined) throw new Error("no free port");
    const settings = {
      ...defaults,
      port: `${port}`,
      ...(options.password !== undefined && { requirepass: options.password }),
      ...options.settings,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [
      `--${name}`,
      ...value.split(" "),
    ]);
    const server = await startProcess("redis", [path, ...flags], environment);
    const secret = options.password === undefined ? "" : `:${options.password}@`;
    const url = `redis://${secret}127.0.0.1:${port}`;
    try {
      await until("Redis to answer", async () => {
        if (!server.running) throw new Error(`Redis does not start: ${await server.log()}`);
        return isUp(url);
      });
      return { url, port, process: server, stop: () => server.end() };
    } catch (error) {
      await server.end();
      // Somebody else may have taken the port meanwhile.
      if (attempt === mostAttempts) throw error;
    }
  }
}

async function isUp(url: string): Promise<boolean> {
  return command(url, "PING").then(
    () => true,
    () => false,
  );
}

/** One command on a connection of its own. */
export async function command(url: string, name: string, ...values: string[]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await redis.call(name, ...values);
  } finally {
    redis.disconnect();
  }
}
