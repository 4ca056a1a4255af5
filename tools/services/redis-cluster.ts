import { Redis } from "ioredis";
import type { Service } from "./global-setup.ts";
import { startRedis, type RedisService } from "./redis.ts";
import { freePorts, until } from "./server-process.ts";

/** Six servers: three with a third of the slots each, then three replicas of these in their order. */
export interface RedisClusterService extends Service {
  /** The addresses of all, separated by commas. */
  readonly url: string;
  readonly nodes: readonly [RedisService, ...RedisService[]];
}

const primaries = 3;
const slots = 16_384;

// A silent primary is replaced after this; the least that its replicas take as serious.
const settings = { "cluster-enabled": "yes", "cluster-node-timeout": "1000" };

export async function startRedisCluster(): Promise<RedisClusterService> {
  // Named, since the usual bus port, ten thousand further on, may not exist.
  const busPorts = await freePorts(2 * primaries);
  const nodes = await Promise.all(
    busPorts.map((busPort) =>
      startRedis({ settings: { ...settings, "cluster-port": `${busPort}` } }),
    ),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    await join(clients, nodes, busPorts);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  const [first, ...others] = nodes;
  if (first === undefined) throw new Error("a cluster of nothing");
  return { url: nodes.map(({ url }) => url).join(","), nodes: [first, ...others], stop };
}

async function join(
  clients: readonly Redis[],
  nodes: readonly RedisService[],
  busPorts: readonly number[],
): Promise<void> {
  const everywhere = async (done: (client: Redis) => Promise<boolean>): Promise<boolean> =>
    (await Promise.all(clients.map(done))).every(Boolean);

  for (const [index, client] of clients.entries()) {
    await client.call("CLUSTER", "SET-CONFIG-EPOCH", `${index + 1}`);
    if (index >= primaries) continue;
    const first = Math.floor((index * slots) / primaries);
    const last = Math.floor(((index + 1) * slots) / primaries) - 1;
    await client.call("CLUSTER", "ADDSLOTSRANGE", first, last);
  }
  // Each meets each: gossip alone would take longer.
  for (const client of clients) {
    for (const [index, { port }] of nodes.entries()) {
      await client.call("CLUSTER", "MEET", "127.0.0.1", port, busPorts[index] ?? 0);
    }
  }
  const ids = await Promise.all(
    clients.map(async (client) => String(await client.call("CLUSTER", "MYID"))),
  );
  await until("the nodes to know each other", () =>
    everywhere(async (client) => {
      const known = String(await client.call("CLUSTER", "NODES"));
      return ids.every((id) => known.includes(id)) && !known.includes("handshake");
    }),
  );
  for (const [index, client] of clients.entries()) {
    const primary = ids[index - primaries];
    if (primary !== undefined) await client.call("CLUSTER", "REPLICATE", primary);
  }
  await until("every slot to be served and every replica to be in sync", () =>
    everywhere(async (client) => {
      const state = String(await client.call("CLUSTER", "INFO"));
      const replication = await client.info("replication");
      const known = String(await client.call("CLUSTER", "NODES"));
      return (
        state.includes("cluster_state:ok") &&
        (known.match(/\bslave\b/g) ?? []).length === primaries &&
        !replication.includes("master_link_status:down")
      );
    }),
  );
}
