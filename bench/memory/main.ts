// What a session takes of Redis. `npm run bench:memory -- [--users 50000] [--write]`
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { connectRedis, redisStores } from "@latchkey/store-redis";
import { beginSession } from "../../packages/core/src/domain/session.ts";
import { command, startRedis } from "../../tools/services/redis.ts";
import { writeInto } from "../flows/document.ts";
import { eachOf } from "../flows/contestants/contestant.ts";
import { table } from "../flows/tables.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "50000" },
    write: { type: "boolean", default: false },
  },
});
const users = Number(values.users);
const most = 5;
const lifetimes = { refreshIdleSeconds: 604_800, sessionTtlSeconds: 2_592_000 };

const redis = await startRedis();
const connection = connectRedis(redis.url, { deadlineMs: 15_000 });
await connection.ready();
const { sessions } = redisStores(connection.redis, { deadlineMs: 15_000 });
const ids = Array.from({ length: users }, () => randomUUID());

async function usedMemory(): Promise<number> {
  return Number(
    /^used_memory:(\d+)/m.exec(String(await command(redis.url, "INFO", "memory")))?.[1],
  );
}

const rows: string[][] = [];
let before = await usedMemory();
for (let number = 1; number <= most; number += 1) {
  await eachOf(users, async (index) => {
    const now = new Date();
    const of = { id: randomUUID(), userId: ids[index] ?? "", epoch: 3 };
    const session = beginSession(
      { ...of, ip: "198.51.100.7", agent: "Firefox/Windows" },
      lifetimes,
      now,
    );
    await sessions.open(session, 100, now);
  });
  const after = await usedMemory();
  const bytes = (after - before) / users;
  const goal = number === 1 ? 300 : 200;
  rows.push([`${number}`, bytes.toFixed(0), `${goal}`, bytes <= goal ? "met" : "**missed**"]);
  before = after;
}
const text = table(["session of a user", "bytes", "at most", ""], rows);
console.log(text);
if (values.write) writeInto("memory", `${text}\n\n${users} users.`);
await connection.close();
await redis.stop();
