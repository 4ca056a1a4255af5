import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { isAuthError } from "@latchkey/core";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startProxy } from "../../../tools/services/proxy.ts";
import type { KyselyLike, PoolLike } from "../src/database.ts";
import { migrate, migrationStatus } from "../src/migrate.ts";
import { guardPool, poolSettings } from "../src/pool-settings.ts";

const sockets = new Set<Socket>();
let silent: Server;
let url: string;
const opened: Pool[] = [];

beforeAll(async () => {
  url = await newDatabase();
  silent = createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await Promise.all(opened.map((pool) => pool.end()));
});

function poolAt(connectionString: string): Pool {
  const pool = guardPool(new Pool({ connectionString, max: 1 }));
  opened.push(pool);
  return pool;
}

/** What is behind a `store_unavailable`, and after how many milliseconds it came. */
async function failureOf(call: Promise<unknown>): Promise<{ says: string; took: number }> {
  const started = performance.now();
  const error: unknown = await call.then(
    () => "it succeeded",
    (thrown: unknown) => thrown,
  );
  if (!isAuthError(error, "store_unavailable")) throw error;
  return { says: (error.cause as Error).message, took: performance.now() - started };
}

const ways: readonly (readonly [string, (pool: Pool) => PoolLike | KyselyLike])[] = [
  ["a pool", (pool) => pool],
  ["Kysely", (pool) => new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })],
];

describe.each(ways)("migrating by %s", (_name, by) => {
  it.each([migrate, migrationStatus])(
    "a server that accepts and never answers is given up, with what to check",
    async (work) => {
      const { port } = silent.address() as AddressInfo;
      const pool = poolAt(`postgres://u:hunter2@127.0.0.1:${port}/x`);
      const { says, took } = await failureOf(work(by(pool), { deadlineSeconds: 0.3 }));
      expect(says).toBe(
        "Postgres did not answer within 0.3 s: check its address, load and network",
      );
      expect(took).toBeLessThan(2000);
      for (const socket of sockets) socket.destroy();
    },
  );

  it("a server that falls silent while another process is waited for is given up, too", async () => {
    const { hostname, port } = new URL(url);
    const proxy = await startProxy({ host: hostname, port: Number(port) });
    const other = await poolAt(url).connect();
    await other.query("SELECT pg_advisory_lock(hashtextextended('latchkey-migrate silent', 0))");
    const target = new URL(url);
    target.port = String(proxy.port);
    const limits = { schema: "silent", deadlineSeconds: 0.5, patienceSeconds: 0.5 };
    const failing = failureOf(migrate(by(poolAt(target.href)), limits));
    await pause(300);
    proxy.behave({ traffic: "hold" });
    const { says, took } = await failing;
    expect(says).toMatch(/^Postgres did not answer within 2 s/);
    expect(took).toBeLessThan(4000);
    other.release(true);
    await proxy.stop();
  });
});

describe("a migrating process that another waits for", () => {
  const lock = "SELECT pg_advisory_lock(hashtextextended($1, 0))";

  it("may take longer than a deadline, also on a pool whose statements are short", async () => {
    const other = await poolAt(url).connect();
    await other.query(lock, ["latchkey-migrate waiting"]);
    const pool = guardPool(new Pool({ connectionString: url, ...poolSettings }));
    opened.push(pool);
    const migrating = migrate(pool, { schema: "waiting", deadlineSeconds: 1 });
    await pause(1900);
    other.release(true);
    expect(await migrating).toHaveLength(3);
    // What was allowed to wait was this transaction alone.
    const { rows } = await pool.query("SHOW statement_timeout");
    expect(rows).toEqual([{ statement_timeout: "1500ms" }]);
  });

  it("is named when it does not end", async () => {
    const other = await poolAt(url).connect();
    await other.query(lock, ["latchkey-migrate stuck"]);
    const pool = poolAt(url);
    const { says } = await failureOf(migrate(pool, { schema: "stuck", patienceSeconds: 0.3 }));
    expect(says).toBe("another process is migrating and does not end: look for one that hangs");
    other.release(true);
    expect(await migrate(pool, { schema: "stuck" })).toHaveLength(3);
  });

  it("is not waited for by a time that is none", async () => {
    const pool = poolAt(url);
    await expect(migrate(pool, { deadlineSeconds: 0 })).rejects.toThrow(TypeError);
    await expect(migrate(pool, { patienceSeconds: -1 })).rejects.toThrow(TypeError);
  });
});
