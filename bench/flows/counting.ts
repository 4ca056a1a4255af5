import { Redis } from "ioredis";
import pg from "pg";

/** What this process has asked the stores, whichever library asked. */
export interface Asked {
  readonly commands: number;
  readonly statements: number;
}

/** Counts where every command and every statement passes. To be called before anything connects. */
export function countAsked(): () => Asked {
  let [commands, statements] = [0, 0];
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function counted(this: Redis, ...args) {
    commands += 1;
    return sendCommand.apply(this, args);
  };
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
    statements += 1;
    return Reflect.apply(query, this, args) as unknown;
  } as typeof query;
  return () => ({ commands, statements });
}
