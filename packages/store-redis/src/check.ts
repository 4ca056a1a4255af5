import { unavailable } from "./client/failures.ts";
import { isCluster, primariesOf, type RedisLike, type RedisNodeLike } from "./client/redis-like.ts";
import { within } from "./client/runner.ts";

/** How the servers are doing. */
export interface RedisCheck {
  /** What works, and yet may break a promise one day: each with its cure. */
  readonly warnings: readonly string[];
  /** What time it is on each server that holds data of its own. */
  readonly times: readonly Date[];
}

const deadlineMs = 1500;

/**
 * Whether Redis can keep the stores' promises: for start-up and for a readiness endpoint.
 *
 * @throws AuthError `store_unavailable` where it cannot serve at all; its cause says why
 */
export async function checkRedis(redis: RedisLike): Promise<RedisCheck> {
  try {
    const nodes = primariesOf(redis);
    if (nodes.length === 0) throw new Error("Cluster isn't ready");
    const seen = await within(deadlineMs, Promise.all(nodes.map(look)));
    for (const { info } of seen) refuse(redis, info);
    return {
      warnings: [...new Set(seen.flatMap(({ info }) => warningsOf(info)))],
      times: seen.map(({ time }) => time),
    };
  } catch (error) {
    throw unavailable(redis, error);
  }
}

async function look(
  node: RedisNodeLike,
): Promise<{ info: ReadonlyMap<string, string>; time: Date }> {
  const [info, time] = await Promise.all([node.info(), node.time()]);
  const lines = info.split("\r\n");
  const [seconds, microseconds] = time.map(Number);
  return {
    info: new Map(
      lines
        .filter((line) => line.includes(":"))
        .map((line) => {
          const colon = line.indexOf(":");
          return [line.slice(0, colon), line.slice(colon + 1)];
        }),
    ),
    time: new Date((seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000),
  };
}

/** In the words that the server itself uses when asked to write. */
function refuse(redis: RedisLike, info: ReadonlyMap<string, string>): void {
  const version = info.get("redis_version") ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new Error(`Redis 6.2 or newer is needed, this is ${version}`);
  }
  if (isCluster(redis)) return;
  if (info.get("cluster_enabled") === "1") throw new Error("MOVED: cluster_enabled");
  if (info.get("role") === "slave") throw new Error("READONLY: role slave");
}

function warningsOf(info: ReadonlyMap<string, string>): readonly string[] {
  const policy = info.get("maxmemory_policy");
  if (policy === undefined || policy === "noeviction") return [];
  return [
    `Redis' maxmemory-policy is ${policy}: short of memory it would end sessions and forget limits. ` +
      "Set it to noeviction.",
  ];
}

const warned = new WeakSet<RedisLike>();

/** Says once per client, as a process warning, what `checkRedis` finds. */
export function warnOnce(redis: RedisLike): void {
  if (warned.has(redis)) return;
  warned.add(redis);
  void checkRedis(redis).then(
    ({ warnings }) => {
      for (const warning of warnings) {
        process.emitWarning(warning, { type: "LatchkeyWarning", code: "LATCHKEY_REDIS" });
      }
      return undefined;
    },
    // Not allowed to ask, or just gone: the calls themselves say so.
    () => undefined,
  );
}
