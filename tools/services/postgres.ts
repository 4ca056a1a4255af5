import type { Service } from "./global-setup.ts";
import {
  initialise,
  makeFolder,
  query,
  removeFolder,
  startServer,
  type PostgresServer,
} from "./postgres-server.ts";

/** Postgres, with as many empty databases as are asked for. */
export interface PostgresService extends Service {
  /** Makes a database, a copy of `template` if that is given, and answers its address. */
  createDatabase(template?: string): Promise<string>;
}

/** Starts a server of its own and waits until it answers. */
export async function startPostgres(): Promise<PostgresService> {
  const server = await startNewServer();
  const url = server.urlOf("postgres");
  let databases = 0;
  // One at a time: a template may not be copied twice at once.
  let last: Promise<unknown> = Promise.resolve();
  return {
    url,
    createDatabase(template = "template1") {
      databases += 1;
      const name = `test_${databases}`;
      const create = `create database "${name}" template "${template.replaceAll('"', "")}"`;
      const made = last.then(() => query(url, create));
      last = made.catch(() => undefined);
      return made.then(() => server.urlOf(name));
    },
    stop: () => server.end(),
  };
}

/** A server with nothing in it. */
export async function startNewServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = await makeFolder();
  try {
    await initialise(folder);
    return await startServer(folder, settings);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}
