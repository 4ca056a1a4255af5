import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { poolSettings, type KyselyLike, type PoolLike } from "@latchkey/store-postgres";
import { Kysely, PGliteDialect } from "kysely";
import { Pool } from "pg";
import { log } from "./log.ts";

/** Longer than two processes that start at once are apart. */
const settleMilliseconds = 100;

/** A database that this process opened, and closes. */
export interface Database {
  readonly source: KyselyLike | PoolLike;
  close(): Promise<void>;
}

/** A Postgres server. Nothing is connected before it is needed. */
export function serverDatabase(url: string): Database {
  const pool = new Pool({ connectionString: url, max: 10, ...poolSettings });
  // A lost idle connection is replaced when one is needed; whoever then fails says so.
  pool.on("error", (error) =>
    log({ message: "a connection to Postgres was lost", reason: error.message }),
  );
  return {
    source: pool,
    close: () => pool.end(),
  };
}

/** Postgres inside of this process, with its files in a folder: for one process at a time. */
export async function embeddedDatabase(dataDir: string): Promise<Database> {
  const folder = join(dataDir, "postgres");
  const unlock = await lock(join(dataDir, "postgres.pid"), dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pglite = await PGlite.create(folder);
  const db = new Kysely<Record<string, never>>({ dialect: new PGliteDialect({ pglite }) });
  return {
    source: db,
    async close() {
      await db.destroy();
      unlock();
    },
  };
}

/** Two processes writing the same files would destroy them. */
async function lock(path: string, dataDir: string): Promise<() => void> {
  const draft = `${path}.${randomUUID()}`;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(draft, String(process.pid), { flag: "wx" });
  try {
    // The name appears together with its whole content.
    while (!linked(draft, path) || !(await isOurs(path))) {
      refuseWhileAlive(path, dataDir);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/** Another that found the same abandoned lock may have taken ours for it, and removed it. */
async function isOurs(path: string): Promise<boolean> {
  await pause(settleMilliseconds);
  return holderOf(path) === process.pid;
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** The process that the lock names; none if it was removed a moment ago. */
function holderOf(path: string): number | null {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function refuseWhileAlive(path: string, dataDir: string): void {
  const holder = holderOf(path);
  if (holder === null || !isAlive(holder)) return;
  throw new TypeError(
    `DATA_DIR: process ${holder} uses ${dataDir}; set another DATA_DIR, or POSTGRES_URL to share one`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
