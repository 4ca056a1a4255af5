/** What is read of an ioredis client's options. */
export interface RedisOptionsLike {
  readonly enableOfflineQueue?: boolean | undefined;
  readonly enableAutoPipelining?: boolean | undefined;
  readonly maxRetriesPerRequest?: number | null | undefined;
  readonly scaleReads?: unknown;
}

/** A connection that listens: made by `duplicate`, opened and closed by the store. */
export interface SubscriberLike {
  connect(): Promise<void>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  disconnect(): void;
}

/** One Redis server, as ioredis' `Redis` speaks to it. */
export interface RedisNodeLike {
  readonly options: RedisOptionsLike;
  info(): Promise<string>;
  time(): Promise<unknown[]>;
  duplicate(options: SubscriberOptions): SubscriberLike;
}

/** What a duplicate is made with, besides the options of the original. */
export interface SubscriberOptions {
  readonly lazyConnect: true;
  readonly enableOfflineQueue: true;
  readonly autoResubscribe: false;
  readonly readOnly: false;
  readonly keyPrefix: "";
  readonly connectTimeout: number;
  readonly commandTimeout: number;
  readonly retryStrategy: () => null;
}

interface Commands {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: RedisOptionsLike;
  hgetBuffer(key: string, field: Buffer): Promise<Buffer | null>;
  evalsha(sha: string, keys: number, ...values: (string | number | Buffer)[]): Promise<unknown>;
  eval(lua: string, keys: number, ...values: (string | number | Buffer)[]): Promise<unknown>;
  pipeline(commands: unknown[][]): {
    exec(): Promise<[error: Error | null, reply: unknown][] | null>;
  };
  on(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** ioredis' `Cluster`, as far as it is used here. */
export interface RedisClusterLike extends Commands {
  nodes(role?: "all" | "master" | "slave"): RedisNodeLike[];
  refreshSlotsCache?(): void;
}

/**
 * An ioredis `Redis` or `Cluster`, by its shape: no type of the driver becomes part of this
 * package's own.
 */
export type RedisLike = (Commands & RedisNodeLike) | RedisClusterLike;

/** Has ioredis answer with bytes: it has these methods, and forgets them in its types. */
export interface BufferCommands {
  readonly evalshaBuffer: RedisLike["evalsha"];
  readonly evalBuffer: RedisLike["eval"];
}

export function isCluster(redis: RedisLike): redis is RedisClusterLike {
  return redis.isCluster;
}

/** Every server that holds data of its own. */
export function primariesOf(redis: RedisLike): readonly RedisNodeLike[] {
  return isCluster(redis) ? redis.nodes("master") : [redis];
}
