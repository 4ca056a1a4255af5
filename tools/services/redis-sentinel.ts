import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Service } from "./global-setup.ts";
import { type Proxy, startProxy } from "./proxy.ts";
import { findRedis } from "./redis-binary.ts";
import { command, startRedis, type RedisService } from "./redis.ts";
import { freePorts, startProcess, until } from "./server-process.ts";

/** A primary, its replica, and a sentinel that puts the one in place of the other. */
export interface RedisSentinelService extends Service {
  /** The sentinel's own address. */
  readonly url: string;
  readonly port: number;
  /** What the sentinel calls the primary. */
  readonly name: string;
  readonly primary: RedisService;
  readonly replica: RedisService;
  /** Lies between these two: what it holds back, the replica does not know. */
  readonly replication: Proxy;
}

const name = "main";

export async function startSentinel(): Promise<RedisSentinelService> {
  const primary = await startRedis();
  const replication = await startProxy(primary);
  const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${replication.port}` } });
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), "latchkey-sentinel-"));
  const file = join(folder, "sentinel.conf");
  // One sentinel decides alone, and soon.
  await writeFile(
    file,
    [
      `port ${port}`,
      "bind 127.0.0.1",
      `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ].join("\n"),
  );
  const { path, environment } = await findRedis();
  const sentinel = await startProcess("sentinel", [path, file, "--sentinel"], environment);
  const url = `redis://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel, primary.process, replica.process].map((server) => server.end()));
    await replication.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until("the sentinel to know a replica in sync", async () => {
      const known = await command(url, "SENTINEL", "REPLICAS", name).catch(() => []);
      const state = String(await command(replica.url, "INFO", "replication"));
      return String(known).includes(`${replica.port}`) && state.includes("master_link_status:up");
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, name, primary, replica, replication, stop };
}
