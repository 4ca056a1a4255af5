import {
  connectRedis,
  redisStores,
  type RedisConnection,
  type RedisStores,
} from "@latchkey/store-redis";
import { afterAll, beforeAll } from "vitest";

type Clients<Part> = readonly [Part, ...Part[]];
type Address = string | readonly string[];

/** Stores on two connections of their own, made before a block's tests and closed after them. */
export function openStores(address: () => Promise<Address>): () => Clients<RedisStores> {
  const connections: RedisConnection[] = [];
  let clients: Clients<RedisStores> | undefined;
  beforeAll(async () => {
    const where = await address();
    for (let count = 0; count < 2; count += 1) connections.push(connectRedis(where));
    await Promise.all(connections.map((connection) => connection.ready()));
    const [first, ...others] = connections.map(({ redis }) => redisStores(redis));
    if (first !== undefined) clients = [first, ...others];
  });
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));
  return () => {
    if (clients === undefined) throw new Error("not connected");
    return clients;
  };
}

/** One of the stores, as the kit opens it. */
export function partOf<Name extends keyof RedisStores>(
  open: () => Clients<RedisStores>,
  name: Name,
): () => Promise<{ clients: Clients<RedisStores[Name]>; close(): Promise<void> }> {
  return async () => {
    const [first, ...others] = open();
    return {
      clients: [first[name], ...others.map((stores) => stores[name])],
      close: () => Promise.resolve(),
    };
  };
}
