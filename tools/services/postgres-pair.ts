import { execFile } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  asOwner,
  makeFolder,
  query,
  removeFolder,
  runIn,
  session,
  startServer,
  writeIn,
  type PostgresFolder,
  type PostgresServer,
} from "./postgres-server.ts";
import { startNewServer } from "./postgres.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { until } from "./server-process.ts";

/** A primary and a replica that follows it, to be put in its place. */
export interface PostgresPair {
  readonly primary: PostgresServer;
  readonly replica: PostgresServer;
  /** Lies between these two: what it holds back, the replica does not know. */
  readonly replication: Proxy;
  /** Waits until the replica has all that the primary has. */
  caughtUp(): Promise<void>;
  /** Has each commit wait until the replica has it, too. */
  synchronise(): Promise<void>;
  /** Kills the primary, which writes no further word to anybody. */
  kill(): Promise<void>;
  /** Makes the replica a primary, and waits until it is one. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const name = "replica";

/** Starts both, and waits until the replica has all that the primary has. */
export async function startPostgresPair(): Promise<PostgresPair> {
  // Durable, as accounts want it: what is only in memory here is lost with the process.
  const settings = { synchronous_commit: "on", wal_keep_size: "256MB" };
  const primary = await startNewServer(settings);
  const replication = await startProxy(primary);
  const folder = await makeFolder(primary.folder.password);
  let replica: PostgresServer | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([primary.end(), replica?.end() ?? removeFolder(folder)]);
    await replication.stop();
  };
  const caughtUp = (): Promise<void> =>
    until("the replica to have it all", () => isFollowed(primary, "true"));
  try {
    await backUp(primary, folder);
    await follow(folder, replication.port);
    replica = await startServer(folder, { synchronous_commit: "on" });
    await caughtUp();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ primary, replica, replication, stop, caughtUp },
    async synchronise() {
      const url = primary.urlOf("postgres");
      await query(url, `ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
      await query(url, "SELECT pg_reload_conf()");
      await until("the replica to be waited for", () => isFollowed(primary, "sync_state = 'sync'"));
    },
    async kill() {
      const [pid] = (await readFile(join(primary.folder.data, "postmaster.pid"), "utf8")).split(
        "\n",
      );
      process.kill(Number(pid), "SIGKILL");
    },
    promote: () => runIn(folder, "pg_ctl", ["promote", "--wait", "--pgdata", folder.data]),
  };
}

/**
 * Copies a running server's files. What changes meanwhile is told by its log of changes, from the
 * point that the label names.
 */
async function backUp(primary: PostgresServer, to: PostgresFolder): Promise<void> {
  const label = await session(primary.urlOf("postgres"), async (send) => {
    await send(`SELECT pg_backup_start('${name}', true)`);
    await run("setpriv", [...asOwner, "cp", "-a", `${primary.folder.data}/.`, to.data]);
    const { rows } = await send("SELECT labelfile FROM pg_backup_stop(false)");
    return String(rows[0]?.["labelfile"]);
  });
  // The running server's own: its lock, and changes that come by the stream.
  const wal = join(to.data, "pg_wal");
  const segments = (await readdir(wal)).map((file) => join(wal, file));
  const others = ["postmaster.pid", "postmaster.opts"].map((file) => join(to.data, file));
  await Promise.all([...segments, ...others].map((path) => rm(path, { recursive: true })));
  await writeIn(join(to.data, "backup_label"), label);
}

async function follow(folder: PostgresFolder, port: number): Promise<void> {
  const address =
    `host=127.0.0.1 port=${port} user=postgres password=${folder.password} ` +
    `application_name=${name}`;
  await writeIn(join(folder.data, "postgresql.auto.conf"), `primary_conninfo = '${address}'\n`);
  await writeIn(join(folder.data, "standby.signal"), "");
}

async function isFollowed(primary: PostgresServer, condition: string): Promise<boolean> {
  const rows = await query(
    primary.urlOf("postgres"),
    `SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND ${condition}
      AND replay_lsn = pg_current_wal_lsn()`,
  );
  return rows.length > 0;
}
