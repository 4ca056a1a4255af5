// How long a session outlives its close in another process that remembers sessions, while notices
// arrive and while none does. `npm run bench:revocation [closes]`
import { Pool } from "pg";
import { migrate } from "../../packages/store-postgres/src/index.ts";
import { distribution, outlivedMs } from "../../tools/revocation/measure.ts";
import type { Place } from "../../tools/revocation/messages.ts";
import { startPeer } from "../../tools/revocation/peers.ts";
import { openAnsweringSessions } from "../../tools/revocation/sessions.ts";
import { startPostgres } from "../../tools/services/postgres.ts";
import { startProxy } from "../../tools/services/proxy.ts";
import { startRedisCluster } from "../../tools/services/redis-cluster.ts";
import { startRedis } from "../../tools/services/redis.ts";

const [closes = 1000] = process.argv.slice(2).map(Number);
const atOnce = 50;

/** One kind of server: closes here, asks there, and cuts the road of the notices half way. */
async function measure(name: string, kind: Place["kind"], url: string): Promise<void> {
  const [first = ""] = url.split(",");
  const notices = new URL(first);
  const proxy = await startProxy({ host: notices.hostname, port: Number(notices.port) });
  notices.hostname = "127.0.0.1";
  notices.port = `${proxy.port}`;
  const own = await openAnsweringSessions(kind, url);
  const peer = await startPeer({ kind, url, noticesUrl: notices.href });
  // The first requests begin to listen.
  await outlivedMs(own.sessions, peer, atOnce, atOnce);

  const up = await outlivedMs(own.sessions, peer, closes, atOnce);
  console.log(`${name}, channel up:  ${distribution(up)}`);
  proxy.behave({ replies: "cut" });
  proxy.cut();
  const cut = await outlivedMs(own.sessions, peer, closes, atOnce);
  console.log(`${name}, channel cut: ${distribution(cut)}`);
  await peer.end();
  await own.close();
  await proxy.stop();
}

const redis = await startRedis();
await measure("Redis", "redis", redis.url);
await redis.stop();

const cluster = await startRedisCluster();
await measure("Redis Cluster", "redis", cluster.url);
await cluster.stop();

const postgres = await startPostgres();
const url = await postgres.createDatabase();
const pool = new Pool({ connectionString: url, max: 1 });
await migrate(pool);
await pool.end();
await measure("Postgres", "postgres", url);
await postgres.stop();
