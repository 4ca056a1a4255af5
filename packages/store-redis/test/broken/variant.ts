import type { RedisStores } from "@latchkey/store-redis";
import type { Redis } from "ioredis";

/** A store with one script taken apart, and the tests of the kit that are there to notice. */
export interface BrokenVariant<Name extends keyof RedisStores> {
  readonly name: string;
  readonly of: (redis: Redis, sound: RedisStores[Name]) => RedisStores[Name];
  readonly caughtBy: readonly [string, ...string[]];
}
