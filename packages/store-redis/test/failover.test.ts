import {
  connectRedis,
  redisStores,
  type RedisConnection,
  type RedisStores,
} from "@latchkey/store-redis";
import { isAuthError } from "@latchkey/core";
import type { Session, SessionNotice } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startRedisCluster,
  type RedisClusterService,
} from "../../../tools/services/redis-cluster.ts";
import { command, type RedisService } from "../../../tools/services/redis.ts";
import { outageOf, patienceMs, pause, recovery } from "./outage.ts";
import { aSession, later, now, renewal } from "./samples.ts";

let cluster: RedisClusterService;
let connection: RedisConnection;
let stores: RedisStores;

beforeAll(async () => {
  cluster = await startRedisCluster();
  connection = connectRedis(cluster.url.split(","));
  stores = redisStores(connection.redis);
  await connection.ready();
});

afterAll(async () => {
  await connection.close();
  await cluster.stop();
});

async function slotOf({ userId }: Session): Promise<number> {
  return Number(
    await command(cluster.url.split(",")[0] ?? "", "CLUSTER", "KEYSLOT", `latchkey:s:${userId}`),
  );
}

/** The node that serves a session's slot. */
async function primaryOf(session: Session): Promise<RedisService> {
  const slot = await slotOf(session);
  const ranges = (await command(cluster.nodes[0].url, "CLUSTER", "SLOTS")) as [
    number,
    number,
    [string, number],
  ][];
  const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
  const node = cluster.nodes.find((candidate) => candidate.port === port);
  if (node === undefined) throw new Error("nobody serves the slot");
  return node;
}

/** Sessions, one on each of the first node's and other nodes' slots. */
async function openedOn(node: RedisService): Promise<{ here: Session; elsewhere: Session }> {
  const found: { here?: Session; elsewhere?: Session } = {};
  while (found.here === undefined || found.elsewhere === undefined) {
    const session = aSession();
    const place = (await primaryOf(session)) === node ? "here" : "elsewhere";
    if (found[place] !== undefined) continue;
    await stores.sessions.open(session, 10, now);
    found[place] = session;
  }
  return { here: found.here, elsewhere: found.elsewhere };
}

/** Asks until the session is found; every other answer has to be an outage, and in time. */
async function askedUntilFound(session: Session): Promise<{ refusals: number; tookMs: number }> {
  const start = performance.now();
  for (let refusals = 0; ; refusals += 1) {
    const asked = performance.now();
    try {
      const found = await stores.sessions.find(session.userId, session.id, later(1));
      expect(found).toEqual(session);
      return { refusals, tookMs: performance.now() - start };
    } catch (error) {
      if (!isAuthError(error, "store_unavailable")) throw error;
    }
    expect(performance.now() - asked).toBeLessThan(patienceMs);
    if (performance.now() - start > 10_000) throw new Error("no failover");
    await pause(20);
  }
}

describe("a cluster in good order", () => {
  it("follows a slot that has moved, amid calls for slots that have not", async () => {
    const [from, to] = cluster.nodes;
    const sessions: Session[] = [];
    while (sessions.length < 12) {
      const session = aSession();
      if ((await primaryOf(session)) === from) sessions.push(session);
    }
    const [moved = aSession()] = sessions;
    const slot = `${await slotOf(moved)}`;
    const id = String(await command(to?.url ?? "", "CLUSTER", "MYID"));
    for (const node of [to ?? from, from]) {
      await command(node.url, "CLUSTER", "SETSLOT", slot, "NODE", id);
    }
    // Sent together, they travel in one pipeline; only one of them is redirected.
    await Promise.all(sessions.map((session) => stores.sessions.open(session, 10, now)));
    for (const session of sessions) {
      expect(await stores.sessions.find(session.userId, session.id, now)).toEqual(session);
    }
    expect(await primaryOf(moved)).toBe(to);
  });

  it("has closes confirmed by a replica of the right node", async () => {
    const { sessions } = redisStores(connection.redis, { waitReplicas: 1 });
    for (let count = 0; count < 6; count += 1) {
      const session = aSession();
      await sessions.open(session, 10, now);
      expect(await sessions.close(session.userId, session.id)).toBe(true);
    }
    const { sessions: two } = redisStores(connection.redis, { waitReplicas: 2, deadlineMs: 800 });
    expect(await outageOf(() => two.closeAll("nobody", {}))).toMatch(/only 1 of 2 replicas/);
  });
});

describe("a cluster whose primary is replaced", () => {
  it("answers for its sessions again when a silent one is, and for all others throughout", async () => {
    const [node] = cluster.nodes;
    const { here, elsewhere } = await openedOn(node);
    const notices: SessionNotice[] = [];
    const stop = new AbortController();
    await stores.sessions.watch((notice) => notices.push(notice), stop.signal);

    process.kill(node.process.pid, "SIGSTOP");
    const outage = askedUntilFound(here);
    // Not even the neighbours' answers are late: they have other connections.
    const fast = askedUntilFound(elsewhere);
    expect(await fast).toEqual({ refusals: 0, tookMs: expect.any(Number) as number });
    const { refusals, tookMs } = await outage;
    process.stdout.write(`a silent primary: ${refusals} refusals in ${Math.round(tookMs)} ms\n`);
    expect(refusals).toBeGreaterThan(0);

    // The new primary was never given the scripts.
    const renewed = await stores.sessions.rotate(renewal(here), later(2));
    expect(renewed.outcome).toBe("rotated");

    // The old one wakes up, still thinking itself the primary, with commands waiting to be read.
    process.kill(node.process.pid, "SIGCONT");
    await pause(500);
    expect(await stores.sessions.rotate(renewal(here), later(3))).toEqual({
      ...renewed,
      outcome: "repeated",
    });
    await recovery(() => stores.sessions.find(here.userId, here.id, now));
    expect(await stores.sessions.close(here.userId, here.id)).toBe(true);
    for (let waited = 0; waited < 2000 && !notices.some(isClose(here)); waited += 20)
      await pause(20);
    expect(notices.some(isClose(here))).toBe(true);
    stop.abort();
  });

  it("answers for its sessions again when a killed one is", async () => {
    const node = cluster.nodes[1] ?? cluster.nodes[0];
    const { here } = await openedOn(node);
    // Replication is asynchronous: what the replica has not seen yet may be lost.
    await pause(200);
    process.kill(node.process.pid, "SIGKILL");
    const { refusals, tookMs } = await askedUntilFound(here);
    process.stdout.write(`a killed primary: ${refusals} refusals in ${Math.round(tookMs)} ms\n`);
    expect(await stores.sessions.close(here.userId, here.id)).toBe(true);
    expect(await stores.sessions.find(here.userId, here.id, now)).toBeNull();
  });
});

function isClose(session: Session): (notice: SessionNotice) => boolean {
  return (notice) => notice.kind === "closed" && notice.sessionIds.includes(session.id);
}
