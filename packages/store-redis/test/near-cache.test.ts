import { createAuth } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import { sessionStoreConformance } from "@latchkey/conformance";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { machineMs } from "../../../tools/revocation/messages.ts";
import { distribution, outlivedMs, percentile } from "../../../tools/revocation/measure.ts";
import { type Peer, startPeer } from "../../../tools/revocation/peers.ts";
import { publicUrl, secret, signIn } from "../../../tools/revocation/people.ts";
import { openAnsweringSessions, type OpenSessions } from "../../../tools/revocation/sessions.ts";
import { serviceUrl } from "../../../tools/services/client.ts";
import { type Proxy, startProxy } from "../../../tools/services/proxy.ts";
import { startRedisCluster } from "../../../tools/services/redis-cluster.ts";
import { nearCache } from "../../core/src/sessions/near-cache.ts";
import { openStores } from "./stores.ts";

const machine = { now: () => new Date(), monotonic: () => performance.now() };
const servers = {
  "a Redis server": async () => serviceUrl("redis"),
  "a Redis Cluster of six nodes": async () => serviceUrl("redis-cluster"),
};

describe.each(Object.entries(servers))("a near cache in front of %s", (_name, address) => {
  const open = openStores(async () => {
    const url = await address();
    return url.includes(",") ? url.split(",") : url;
  });
  sessionStoreConformance({
    describe,
    it,
    async open() {
      const caches = open().map(({ sessions }) =>
        nearCache(sessions, { entries: 1000, clock: machine, onFault: () => undefined }),
      );
      const [first, ...others] = caches.map(({ near }) => near);
      if (first === undefined) throw new Error("not opened");
      return {
        clients: [first, ...others],
        close: async () => caches.forEach((cache) => cache.stop()),
      };
    },
  });
});

describe.each(Object.entries(servers))(
  "a session on %s, closed by another process",
  (_n, address) => {
    let url: string;
    let own: OpenSessions;
    let proxy: Proxy;
    let peer: Peer;

    beforeAll(async () => {
      url = await address();
      own = await openAnsweringSessions("redis", url);
      // A cluster's nodes all pass on what any of them is told: listening to one is enough.
      proxy = await startProxy({ port: Number(new URL(url.split(",")[0] ?? "").port) });
      peer = await startPeer({ kind: "redis", url, noticesUrl: `redis://127.0.0.1:${proxy.port}` });
      // Commands fail until the connections are there.
    });
    afterEach(() => proxy.behave({ replies: "pass", traffic: "pass" }));
    afterAll(async () => {
      await peer.end();
      await own.close();
      await proxy.stop();
    });

    it("A-41: is refused within moments while notices arrive, and within 2 s in any case", async () => {
      // Listening has begun when a notice is heard.
      await expect
        .poll(async () => percentile(await outlivedMs(own.sessions, peer, 3), 1))
        .toBeLessThan(100);
      const outlived = await outlivedMs(own.sessions, peer, 60);
      process.stdout.write(`refused elsewhere after ${distribution(outlived)}, channel up\n`);
      expect(percentile(outlived, 1)).toBeLessThan(2000);
      // By the 2 s alone it would be more than one.
      expect(percentile(outlived, 0.5)).toBeLessThan(500);
    });

    it(
      "A-41: is refused within 2 s where notices are lost now and then",
      { timeout: 60_000 },
      async () => {
        let isDropping = false;
        const losing = setInterval(() => {
          isDropping = !isDropping;
          proxy.behave({ replies: isDropping ? "drop" : "pass" });
        }, 70);
        onTestFinished(() => clearInterval(losing));
        const outlived = await outlivedMs(own.sessions, peer, 60);
        process.stdout.write(`refused elsewhere after ${distribution(outlived)}, channel lossy\n`);
        expect(percentile(outlived, 1)).toBeLessThan(2000);
      },
    );

    it("A-41: is refused within 2 s where no notice arrives", { timeout: 60_000 }, async () => {
      proxy.behave({ replies: "cut" });
      proxy.cut();
      const outlived = await outlivedMs(own.sessions, peer, 60);
      process.stdout.write(`refused elsewhere after ${distribution(outlived)}, channel cut\n`);
      expect(percentile(outlived, 1)).toBeLessThan(2000);
      // Else nothing was remembered, and nothing was shown. Asked in passing, it ends after half of it.
      expect(percentile(outlived, 1)).toBeGreaterThan(500);
    });

    it(
      "A-41: is refused within moments again once the channel is back",
      { timeout: 60_000 },
      async () => {
        proxy.behave({ replies: "cut" });
        proxy.cut();
        await outlivedMs(own.sessions, peer, 5);
        proxy.behave({ replies: "pass" });
        const soon = async (): Promise<number> =>
          percentile(await outlivedMs(own.sessions, peer, 5), 1);
        await expect.poll(soon, { timeout: 20_000 }).toBeLessThan(100);
      },
    );
  },
);

describe("a session on a cluster that fails over", () => {
  it(
    "A-41: is never let in 2 s after its close, whoever answers for it and whoever tells of it",
    { timeout: 90_000 },
    async () => {
      const cluster = await startRedisCluster();
      const own = await openAnsweringSessions("redis", cluster.url);
      const peer = await startPeer({ kind: "redis", url: cluster.url, noticesUrl: cluster.url });
      onTestFinished(async () => {
        await peer.end();
        await own.close();
        await cluster.stop();
      });
      await expect
        .poll(() =>
          signIn(own.sessions).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true);

      const signedIn = await Promise.all(Array.from({ length: 40 }, () => signIn(own.sessions)));
      const followed = signedIn.map(({ token }) => peer.follow(token));
      await Promise.all(followed.map(({ isIn }) => isIn));
      // Their primary dies at the very moment of their close; what had been told to its replica stays
      // closed. Closes that could not be made are made again until they are.
      const closing = signedIn.map(async ({ session }, index) => {
        await pause(index * 25);
        if (index === 20) {
          // Acknowledged and replicated: asynchronous replication may lose what came just before.
          await pause(100);
          process.kill(cluster.nodes[0].process.pid, "SIGKILL");
        }
        const close = (): Promise<unknown> => own.sessions.close(session.userId, session.id);
        while (
          await close().then(
            () => false,
            () => true,
          )
        )
          await pause(25);
        return machineMs();
      });
      const closedAt = await Promise.all(closing);
      const ends = await Promise.all(followed.map(({ end }) => end));
      const outlived = ends.map(({ lastAt }, index) => (lastAt ?? 0) - (closedAt[index] ?? 0));
      process.stdout.write(`refused elsewhere after ${distribution(outlived)}, amid a failover\n`);
      expect(percentile(outlived, 1)).toBeLessThan(2000);
      await pause(2000);
      for (const { token } of signedIn) expect(await peer.ask(token)).toBe("invalid_token");
    },
  );
});

describe("authenticate with a near cache on Redis", () => {
  it("is one round trip at first, and then none", async () => {
    const url = await serviceUrl("redis");
    const proxy = await startProxy({ port: Number(new URL(url).port) });
    const connection = connectRedis(`redis://127.0.0.1:${proxy.port}`);
    const notices = connectRedis(url);
    onTestFinished(async () => {
      await Promise.all([connection.close(), notices.close()]);
      await proxy.stop();
    });
    await Promise.all([connection.ready(), notices.ready()]);
    const { sessions } = redisStores(connection.redis);
    // The notices' connection has a heartbeat of its own, which is no part of the count.
    const other = redisStores(notices.redis).sessions;
    const auth = createAuth({
      ...{ publicUrl, secret, mailer: memoryMailer() },
      stores: {
        ...memoryStores(),
        sessions: { ...sessions, watch: (listener, signal) => other.watch(listener, signal) },
      },
      sessions: { nearCacheEntries: 1000 },
    });
    await auth.start();
    onTestFinished(() => auth.stop());
    const { token: accessToken } = await signIn(sessions);
    await pause(100);
    const trips = async (): Promise<number> => {
      const before = proxy.turns;
      await auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      return proxy.turns - before;
    };
    expect(await trips()).toBe(1);
    for (let request = 0; request < 100; request += 1) expect(await trips()).toBe(0);
  });
});
