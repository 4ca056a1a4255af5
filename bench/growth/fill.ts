import type { Redis } from "ioredis";
import type { Pool } from "pg";
import { beginSession } from "../../packages/core/src/domain/session.ts";
import { packId } from "../../packages/store-redis/src/pack/id.ts";
import { packSession } from "../../packages/store-redis/src/pack/session.ts";

const lifetimes = { refreshIdleSeconds: 604_800, sessionTtlSeconds: 2_592_000 };
const atOnce = 5000;

/** Makes `person_1` and so on, all with one password; those who are there stay as they are. */
export async function addPeople(pool: Pool, count: number, passwordHash: string): Promise<void> {
  // More than the pool's own deadline for a statement.
  const client = await pool.connect();
  try {
    await client.query("SET statement_timeout = 0");
    await client.query(
      `INSERT INTO latchkey.users (id, email, tag, first_name, last_name, password_hash, locale,
         created_at, confirmed_at, attempt_id)
       SELECT gen_random_uuid(), 'person_' || n || '@example.org', 'person_' || n, 'Ada',
         'Lovelace', $1, 'en', now(), now(), gen_random_uuid()
       FROM generate_series(1, $2::int) AS n ON CONFLICT DO NOTHING`,
      [passwordHash, count],
    );
    // What the filling left to do in the background is no part of what is measured.
    await client.query("VACUUM (ANALYZE) latchkey.users");
    await client.query("CHECKPOINT");
  } finally {
    client.release(true);
  }
}

/** Opens one session for each user, as the store keeps it. */
export async function addSessions(pool: Pool, redis: Redis): Promise<void> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const { rows } = await pool.query<{ id: string; session: string }>(
      `SELECT id, gen_random_uuid() AS session FROM latchkey.users WHERE id > $1
       ORDER BY id LIMIT $2`,
      [after, atOnce],
    );
    const pipeline = redis.pipeline();
    const now = new Date();
    for (const { id: userId, session: id } of rows) {
      const of = { id, userId, epoch: 1, ip: "192.0.2.1", agent: "Firefox/Linux" };
      const key = `latchkey:s:${userId}`;
      pipeline.hset(key, packId(id), packSession(beginSession(of, lifetimes, now)));
      pipeline.pexpire(key, lifetimes.refreshIdleSeconds * 1000);
    }
    await pipeline.exec();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
