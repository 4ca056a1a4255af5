import { isCluster, type RedisLike } from "./redis-like.ts";

const mostRetries = 3;

/**
 * Refuses a client that would keep commands for later: what was asked during an outage must be
 * answered then, and must not happen when nobody waits for it any more.
 *
 * @throws TypeError naming the options to set
 */
export function requireFailFast(redis: RedisLike): void {
  const wrong = isCluster(redis) ? wrongOfCluster(redis) : wrongOfRedis(redis);
  if (wrong.length === 0) return;
  throw new TypeError(
    `redisStores: this ioredis client must be made with ${wrong.join(" and ")}, or by connectRedis().`,
  );
}

function wrongOfRedis({ options }: RedisLike): readonly string[] {
  const wrong: string[] = [];
  // ioredis' own default is 20; null means forever.
  const retries = options.maxRetriesPerRequest === undefined ? 20 : options.maxRetriesPerRequest;
  if (options.enableOfflineQueue !== false) wrong.push("enableOfflineQueue: false");
  if (retries === null || retries < 0 || retries > mostRetries) {
    wrong.push(`maxRetriesPerRequest: 0 (${mostRetries} at most)`);
  }
  return wrong;
}

function wrongOfCluster({ options }: RedisLike): readonly string[] {
  const wrong: string[] = [];
  if (options.enableOfflineQueue !== false) wrong.push("enableOfflineQueue: false");
  // A replica may not know yet that a session was closed.
  if (options.scaleReads !== undefined && options.scaleReads !== "master") {
    wrong.push('scaleReads: "master"');
  }
  return wrong;
}
