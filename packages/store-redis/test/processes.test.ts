import {
  codeStoreConformance,
  rateLimiterConformance,
  sessionStoreConformance,
} from "@latchkey/conformance";
import {
  connectRedis,
  type RedisConnection,
  redisStores,
  type RedisStores,
} from "@latchkey/store-redis";
import { afterAll, beforeAll, describe, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { type Peer, startPeer } from "./peers.ts";

const prefix = "processes";
let connection: RedisConnection;
let stores: RedisStores;
let peer: Peer;

beforeAll(async () => {
  const address = await serviceUrl("redis");
  connection = connectRedis(address);
  stores = redisStores(connection.redis, { prefix });
  [peer] = await Promise.all([startPeer(address, prefix), connection.ready()]);
});
afterAll(async () => {
  peer.end();
  await connection.close();
});

/** Calls made at once go to either process in turn. */
function open<Name extends keyof RedisStores>(part: Name) {
  return async () => ({
    clients: [stores[part], peer.of(part, stores[part])] as const,
    close: () => Promise.resolve(),
  });
}

describe("two processes on one Redis", () => {
  sessionStoreConformance({ describe, it, open: open("sessions") });
  codeStoreConformance({ describe, it, open: open("codes") });
  rateLimiterConformance({ describe, it, open: open("limits") });
});
