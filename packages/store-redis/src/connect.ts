import { Cluster, Redis } from "ioredis";
import { rememberErrors, unavailable } from "./client/failures.ts";
import type { RedisLike } from "./client/redis-like.ts";
import { within } from "./client/runner.ts";

/** How a connection behaves. */
export interface ConnectOptions {
  /** How long a command, or a connection, may take, in milliseconds (default: 1500). */
  readonly deadlineMs?: number | undefined;
}

/** A connection that fails fast. */
export interface RedisConnection {
  /** For `redisStores` and `checkRedis`. */
  readonly redis: RedisLike;
  /**
   * Resolves when connected. Calling it is optional: commands fail until then, and the connection is
   * tried again and again, whatever this answers.
   *
   * @throws AuthError `store_unavailable` when that takes longer than the deadline
   */
  ready(): Promise<void>;
  /** Lets what is under way finish, for half a second at most, and disconnects. */
  close(): Promise<void>;
}

const goodbyeMs = 500;

/**
 * A client that fails fast and recovers by itself.
 *
 * @param address `redis://` or `rediss://` (TLS), with user and password where needed; a list of
 * such addresses is a cluster's
 * @throws TypeError for an address of another form
 */
export function connectRedis(
  address: string | readonly string[],
  { deadlineMs = 1500 }: ConnectOptions = {},
): RedisConnection {
  const client =
    typeof address === "string" ? single(address, deadlineMs) : cluster(address, deadlineMs);
  rememberErrors(client);
  return {
    redis: client,
    async ready() {
      if (client.status === "ready") return;
      const connected = new Promise<void>((resolve) => {
        client.once("ready", () => resolve());
      });
      await within(deadlineMs, connected).catch((error: unknown) => {
        throw unavailable(client, error);
      });
    },
    async close() {
      if (client.status === "ready") await within(goodbyeMs, client.quit()).catch(() => undefined);
      client.disconnect();
    },
  };
}

function single(address: string, deadlineMs: number): Redis {
  const url = parse(address);
  return new Redis(address, {
    ...commonOptions(url, deadlineMs),
    enableOfflineQueue: false,
    // At once, then a little later each time, for ever.
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 6), 1000),
    // The server became a replica: its name may lead to the new primary by now.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
}

function cluster(addresses: readonly string[], deadlineMs: number): Cluster {
  const urls = addresses.map(parse);
  const [first] = urls;
  if (first === undefined) throw new TypeError("connectRedis: a cluster needs an address");
  const username = decodeURIComponent(first.username);
  const password = decodeURIComponent(first.password);
  return new Cluster(
    urls.map(({ hostname, port }) => ({ host: bare(hostname), port: Number(port || 6379) })),
    {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      clusterRetryStrategy: (times) => Math.min(100 * times, 1000),
      slotsRefreshTimeout: 1000,
      // A primary that is silent sends no MOVED.
      slotsRefreshInterval: 5000,
      // Certificates are made out to names: nodes are not to be looked up before.
      ...(first.protocol === "rediss:" && {
        dnsLookup: (name: string, done: (error: null, address: string) => void) => done(null, name),
      }),
      redisOptions: {
        ...commonOptions(first, deadlineMs),
        ...(username !== "" && { username }),
        ...(password !== "" && { password }),
      },
    },
  );
}

interface CommonOptions {
  readonly connectTimeout: number;
  readonly commandTimeout: number;
  readonly socketTimeout: number;
  readonly maxRetriesPerRequest: number;
  readonly tls?: object;
}

function commonOptions(url: URL, deadlineMs: number): CommonOptions {
  return {
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
    // A connection on which an answer is this much overdue is replaced: when a broken network heals,
    // TCP itself may take half a minute to notice.
    socketTimeout: 2 * deadlineMs,
    maxRetriesPerRequest: 0,
    ...(url.protocol === "rediss:" && { tls: {} }),
  };
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && ["redis:", "rediss:"].includes(url.protocol) && url.hostname !== "") {
    return url;
  }
  throw new TypeError("connectRedis: an address looks like redis://user:password@host:6379");
}

/** IPv6 without the brackets of a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
