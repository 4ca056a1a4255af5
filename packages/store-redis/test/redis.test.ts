import {
  codeStoreConformance,
  rateLimiterConformance,
  sessionStoreConformance,
} from "@latchkey/conformance";
import { describe, it } from "vitest";
import { serviceUrl } from "../../../tools/services/client.ts";
import { openStores, partOf } from "./stores.ts";

const servers = {
  "a Redis server": async () => serviceUrl("redis"),
  "a Redis Cluster of six nodes": async () => (await serviceUrl("redis-cluster")).split(","),
};

describe.each(Object.entries(servers))("%s", (_name, address) => {
  const open = openStores(address);
  sessionStoreConformance({ describe, it, open: partOf(open, "sessions") });
  codeStoreConformance({ describe, it, open: partOf(open, "codes") });
  rateLimiterConformance({ describe, it, open: partOf(open, "limits") });
});
