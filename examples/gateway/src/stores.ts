import { join } from "node:path";
import {
  asOwner,
  initialise,
  makeFolder,
  query,
  type PostgresFolder,
} from "latchkey-local-services/postgres-server";
import { findRedis } from "latchkey-local-services/redis-binary";
import { command } from "latchkey-local-services/redis";
import type { PartPlan } from "./part.ts";

/** A store: how to run it, and where it is then. */
export interface StorePlan {
  readonly plan: PartPlan;
  readonly url: string;
}

/** A Postgres with nothing in it; its folder has to be removed in the end. */
export async function newPostgres(
  port: number,
): Promise<StorePlan & { readonly folder: PostgresFolder }> {
  const folder = await makeFolder();
  await initialise(folder);
  const url = `postgres://postgres:${folder.password}@127.0.0.1:${port}/postgres`;
  const settings = {
    port: `${port}`,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    dynamic_shared_memory_type: "mmap",
    shared_buffers: "32MB",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const plan: PartPlan = {
    name: "postgres",
    command: [...asOwner, join(folder.bin, "postgres"), "-D", folder.data, ...flags],
    // Fast: connections are ended, what is committed is kept.
    endBy: "INT",
    ready: async () => (await query(url, "select 1")).length === 1,
  };
  return { plan, url, folder };
}

/** A Redis that finds everything again when it is killed and started anew. */
export async function newRedis(port: number, folder: string): Promise<StorePlan> {
  const { path, environment } = await findRedis();
  const url = `redis://127.0.0.1:${port}`;
  const settings = {
    ...{ port: `${port}`, bind: "127.0.0.1", dir: folder },
    // Sessions live in it: without a file a restart would sign everybody out.
    ...{ appendonly: "yes", appendfsync: "everysec", save: "" },
    "maxmemory-policy": "noeviction",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const plan: PartPlan = {
    name: "redis",
    command: [path, ...flags],
    environment,
    ready: async () => (await command(url, "PING")) === "PONG",
  };
  return { plan, url };
}
