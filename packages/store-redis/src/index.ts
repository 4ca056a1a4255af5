export { checkRedis } from "./check.ts";
export type { RedisCheck } from "./check.ts";
export type {
  RedisClusterLike,
  RedisLike,
  RedisNodeLike,
  RedisOptionsLike,
  SubscriberLike,
  SubscriberOptions,
} from "./client/redis-like.ts";
export { connectRedis } from "./connect.ts";
export type { ConnectOptions, RedisConnection } from "./connect.ts";
export { redisStores } from "./stores.ts";
export type { RedisStores, RedisStoresOptions } from "./stores.ts";
