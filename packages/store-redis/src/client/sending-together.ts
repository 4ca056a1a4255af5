// The real one, whatever clock a test has put in the place of the global one.
import { setImmediate } from "node:timers";
import { isCluster, type RedisLike } from "./redis-like.ts";

/** As much of a connection's stream as is used; it is another one after each reconnection. */
interface Stream {
  cork(): void;
  uncork(): void;
}

/**
 * To be called before a command is sent: what is sent in one turn of the event loop then leaves by
 * one write. ioredis' automatic pipelines do that too, but each of them refers to the next; once
 * one has grown old, the garbage collector takes all that follow, and every request that waited
 * for them, for living. A cluster is left to them: which connection a command takes is not known
 * here.
 */
export function sendingTogether(redis: RedisLike): () => void {
  if (isCluster(redis) || redis.options.enableAutoPipelining === true) return () => {};
  const client = redis as { readonly stream?: Stream | null };
  let corked: Stream | null = null;
  return () => {
    const { stream } = client;
    if (stream === undefined || stream === null || stream === corked) return;
    corked = stream;
    stream.cork();
    setImmediate(() => {
      if (corked === stream) corked = null;
      stream.uncork();
    });
  };
}
