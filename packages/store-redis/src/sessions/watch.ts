import type { SessionNotice, SessionStore } from "@latchkey/core/ports";
import { setTimeout as pause } from "node:timers/promises";
import { unavailable } from "../client/failures.ts";
import {
  isCluster,
  type RedisLike,
  type RedisNodeLike,
  type SubscriberLike,
} from "../client/redis-like.ts";
import { within } from "../client/runner.ts";
import { unpackId } from "../pack/id.ts";

const heartbeatMs = 1000;
const longestPauseMs = 1000;

/** A connection that listens, and the server it leads to. */
interface Listening {
  readonly subscriber: SubscriberLike;
  readonly node: RedisNodeLike;
}

/**
 * Listens for closed sessions on a connection of its own, which it opens and closes itself.
 * Resolves when it listens. A lost or silent connection is a `gap`, and so is its replacement:
 * in between nothing was heard.
 */
export function redisWatch(
  redis: RedisLike,
  channel: string,
  deadlineMs: number,
): SessionStore["watch"] {
  return async (listener, signal) => {
    if (signal.aborted) return;
    const tell = (notice: SessionNotice): void => {
      if (!signal.aborted) listener(notice);
    };
    const hear = (message: Buffer): void => tell(noticeOf(message));
    const listen = async (): Promise<Listening> => {
      // What comes too late is closed again.
      const attempt = new AbortController();
      const either = AbortSignal.any([signal, attempt.signal]);
      try {
        return await within(deadlineMs, subscribe(redis, channel, deadlineMs, either, hear));
      } catch (error) {
        attempt.abort();
        throw error;
      }
    };

    let current: Listening;
    try {
      current = await listen();
    } catch (error) {
      if (signal.aborted) return;
      throw unavailable(redis, error);
    }
    const follow = async (): Promise<void> => {
      for (;;) {
        await untilLost(redis, current, deadlineMs, signal);
        current.subscriber.disconnect();
        if (signal.aborted) return;
        tell({ kind: "gap" });
        const next = await again(listen, signal);
        if (next === null) return;
        current = next;
        tell({ kind: "gap" });
      }
    };
    void follow();
  };
}

async function again(
  listen: () => Promise<Listening>,
  signal: AbortSignal,
): Promise<Listening | null> {
  for (let wait = 50; !signal.aborted; wait = Math.min(2 * wait, longestPauseMs)) {
    try {
      return await listen();
    } catch {
      await pause(wait, undefined, { ref: false });
    }
  }
  return null;
}

async function subscribe(
  redis: RedisLike,
  channel: string,
  deadlineMs: number,
  signal: AbortSignal,
  hear: (message: Buffer) => void,
): Promise<Listening> {
  const node = someNode(redis);
  const subscriber = node.duplicate({
    lazyConnect: true,
    enableOfflineQueue: true,
    autoResubscribe: false,
    readOnly: false,
    keyPrefix: "",
    connectTimeout: deadlineMs,
    commandTimeout: deadlineMs,
    // A new connection each time, made here: after a failover it may have to be to another server.
    retryStrategy: () => null,
  });
  const stop = (): void => subscriber.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  subscriber.on("end", () => signal.removeEventListener("abort", stop));
  // Also keeps ioredis from writing to the console; what matters is that the connection ends.
  subscriber.on("error", () => undefined);
  subscriber.on("messageBuffer", (_channel, message) => hear(message as Buffer));
  try {
    await subscriber.connect();
    await subscriber.subscribe(channel);
    signal.throwIfAborted();
    return { subscriber, node };
  } catch (error) {
    subscriber.disconnect();
    throw error;
  }
}

/** The server to listen to; of a cluster any one, since each passes on what all publish. */
function someNode(redis: RedisLike): RedisNodeLike {
  if (!isCluster(redis)) return redis;
  const nodes = redis.nodes("all");
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  if (node === undefined) throw new Error("Cluster isn't ready");
  return node;
}

/**
 * Until the connection has ended, has been silent for too long, leads to a server that is no longer
 * part of the cluster, or nobody listens any more.
 */
async function untilLost(
  redis: RedisLike,
  { subscriber, node }: Listening,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  subscriber.on("close", end);
  signal.addEventListener("abort", end, { once: true });
  try {
    while (!over.signal.aborted && !signal.aborted) {
      if (isCluster(redis) && !redis.nodes("all").includes(node)) return;
      await within(deadlineMs, subscriber.ping());
      await pause(heartbeatMs, undefined, { signal: over.signal, ref: false });
    }
  } catch {
    // No answer, or one of the above: either way it is over.
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/**
 * The user, then the sessions, each after its length in two bytes. Anybody who may connect may
 * publish: what is not ours is worth no more than a gap, and ends no process.
 */
function noticeOf(message: Buffer): SessionNotice {
  const ids: string[] = [];
  for (let position = 0; position < message.length;) {
    const start = position + 2;
    if (start > message.length) return { kind: "gap" };
    position = start + message.readUInt16BE(position);
    if (position > message.length) return { kind: "gap" };
    ids.push(unpackId(message.subarray(start, position)));
  }
  const [userId, ...sessionIds] = ids;
  return userId === undefined ? { kind: "gap" } : { kind: "closed", userId, sessionIds };
}
