// The other process of the races: makes the calls it is sent, on stores of its own.
import { Pool } from "pg";
import { guardPool } from "../src/pool-settings.ts";
import { postgresStores } from "../src/stores.ts";
import type { RemoteAnswer, RemoteCall } from "./two-processes.ts";

const pool = guardPool(new Pool({ connectionString: process.argv[2], max: 15 }));
const stores = postgresStores(pool);

async function answer({ number, path, values }: RemoteCall): Promise<RemoteAnswer> {
  try {
    let owner: unknown = stores;
    for (const name of path.slice(0, -1)) owner = Reflect.get(Object(owner), name);
    const method: unknown = Reflect.get(Object(owner), path.at(-1) ?? "");
    if (typeof method !== "function") throw new TypeError(`no method ${path.join(".")}`);
    return { number, value: await Reflect.apply(method, owner, values) };
  } catch (error) {
    return { number, error: String(error) };
  }
}

process.on("message", (call: RemoteCall) => {
  void answer(call).then((message) => process.send?.(message));
});
process.on("disconnect", () => void pool.end());
await pool.query("SELECT 1");
process.send?.({ number: 0 });
