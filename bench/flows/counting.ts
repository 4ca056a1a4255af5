import { Redis } from "ioredis";
import { Client } from "pg";

/** What this process has asked the stores, whichever library asked. */
export interface Asked {
  readonly commands: number;
  readonly statements: number;
}

/** Counts where every command and every statement passes. To be called before anything connects. */
export function countAsked(): () => Asked {
  let [commands, statements] = [0, 0];
  onEachCall(Redis.prototype, "sendCommand", () => (commands += 1));
  onEachCall(Client.prototype, "query", () => (statements += 1));
  return () => ({ commands, statements });
}

function onEachCall(prototype: object, name: string, tell: () => void): void {
  const original: unknown = Reflect.get(prototype, name);
  if (typeof original !== "function") throw new TypeError(`there is no ${name}`);
  const counted = function counted(this: unknown, ...args: unknown[]): unknown {
    tell();
    return Reflect.apply(original, this, args);
  };
  Reflect.set(prototype, name, counted);
}
