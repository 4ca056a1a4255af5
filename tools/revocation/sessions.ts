import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import type { SessionStore } from "../../packages/core/src/ports.ts";
import {
  guardPool,
  poolSettings,
  postgresStores,
} from "../../packages/store-postgres/src/index.ts";
import { until } from "../services/server-process.ts";
import { connectRedis, redisStores } from "../../packages/store-redis/src/index.ts";
import type { Place } from "./messages.ts";

export interface OpenSessions {
  readonly sessions: SessionStore;
  close(): Promise<void>;
}

/** Sessions at an address that answers. */
export async function openAnsweringSessions(
  kind: Place["kind"],
  url: string,
): Promise<OpenSessions> {
  const open = openSessions(kind, url);
  const answers = (): Promise<boolean> =>
    open.sessions.list(randomUUID(), new Date()).then(
      () => true,
      () => false,
    );
  await until("the sessions to be there", answers);
  return open;
}

/** Sessions at an address, which need not answer yet. */
export function openSessions(kind: Place["kind"], url: string): OpenSessions {
  if (kind === "postgres") {
    const pool = guardPool(new Pool({ ...poolSettings, connectionString: url, max: 10 }));
    return { sessions: postgresStores(pool).sessions, close: () => pool.end() };
  }
  const connection = connectRedis(url.includes(",") ? url.split(",") : url);
  return { sessions: redisStores(connection.redis).sessions, close: () => connection.close() };
}
