// A second process with stores of its own, run by peers.ts: does what its parent asks.
import { connectRedis, redisStores } from "@latchkey/store-redis";
import type { Call, Reply } from "./peers.ts";

const [address = "", prefix = ""] = process.argv.slice(2);
const connection = connectRedis(address);
await connection.ready();
const stores = redisStores(connection.redis, { prefix });

process.on("message", ({ number, part, method, values }: Call) => {
  const methods: Readonly<Record<string, (...values: never[]) => Promise<unknown>>> = {
    ...stores[part],
  };
  const reply = (answer: Reply): boolean | undefined => process.send?.(answer);
  methods[method]?.(...(values as never[])).then(
    (value) => reply({ number, value }),
    (error: unknown) => reply({ number, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ number: 0, value: undefined } satisfies Reply);
