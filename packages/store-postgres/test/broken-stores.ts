import type { Stores } from "@latchkey/core/ports";
import type { Pool } from "pg";
import type { PoolLike } from "../src/database.ts";
import { postgresStores } from "../src/stores.ts";

/** A store on Postgres that breaks one promise, and the tests of the kit that must say so. */
export interface BrokenStore {
  readonly name: string;
  readonly make: (pool: Pool) => Stores;
  readonly caughtBy: readonly string[];
}

/** A schema that has lost the unique names of its users. */
export const unguarded = "unguarded";

// Time for others between what a statement reads and what it writes.
const aWhile = "AND pg_sleep(0.005)::text = ''";

/** Our own statements with one thing taken out: what each of these words is there for. */
function without(pattern: RegExp, instead = "", schema?: string): (pool: Pool) => Stores {
  return (pool) => {
    const edited: PoolLike = {
      async connect() {
        const client = await pool.connect();
        return {
          query: ({ text, values }) =>
            client.query({ text: text.replaceAll(pattern, instead), values }),
          release: (destroy) => client.release(destroy),
          on: (event, listener) => client.on(event, listener),
          off: (event, listener) => client.off(event, listener),
        };
      },
    };
    return postgresStores(edited, { schema });
  };
}

type Users = Stores["accounts"]["users"];

function withUsers(change: (users: Users, pool: Pool) => Partial<Users>) {
  return (pool: Pool): Stores => {
    const stores = postgresStores(pool);
    const users = { ...stores.accounts.users, ...change(stores.accounts.users, pool) };
    return { ...stores, accounts: { ...stores.accounts, users } };
  };
}

const readThenWrite: readonly BrokenStore[] = [
  {
    name: "looks at the link first and uses it up after",
    make: withUsers((users, pool) => ({
      async resetPassword({ userId, digest, passwordHash }, now) {
        const standing = await users.inspectReset(userId, digest, now);
        if (standing.outcome === "gone") return standing;
        await pool.query(
          `UPDATE latchkey.users SET password_hash = $2, epoch = epoch + 1, link_digest = NULL
           WHERE id = $1`,
          [userId, passwordHash],
        );
        return { outcome: "done", epoch: (await users.findById(userId))?.epoch ?? 0 };
      },
    })),
    caughtBy: ["of many resets by one link with different passwords one is done"],
  },
  {
    name: "looks at the epoch first and records the login after",
    make: withUsers((users, pool) => ({
      async commitLogin(userId, epoch, now) {
        const user = await users.findById(userId);
        if (user === null || user.disabled || user.epoch !== epoch) return false;
        await new Promise((resolve) => setTimeout(resolve, 5));
        await pool.query(
          `UPDATE latchkey.users SET last_login_at = $2, epoch = $3, password_hash = $4
           WHERE id = $1`,
          [userId, now, epoch, user.passwordHash],
        );
        return true;
      },
    })),
    caughtBy: ["a login under the old password is never recorded after a reset, nor undoes it"],
  },
  {
    name: "reads what is due first and marks it as taken after",
    make: (pool) => {
      const stores = postgresStores(pool);
      const { outbox } = stores.accounts;
      const claim: typeof outbox.claim = async (kinds, batch, leaseSeconds, now) => {
        const { rows } = await pool.query<{ id: string }>(
          `SELECT id FROM latchkey.jobs WHERE standing = 'open' AND due_at <= $1
             AND (held_until IS NULL OR held_until <= $1) AND kind = ANY ($2)
           ORDER BY sequence LIMIT $3`,
          [now, kinds, batch],
        );
        const taken = await outbox.claim(kinds, batch, leaseSeconds, now);
        const known = new Set(taken.map(({ id }) => id));
        const missed = rows.filter(({ id }) => !known.has(id));
        const again = missed.map(({ id }) => ({ ...taken[0], id, lease: "" }));
        return [...taken, ...again] as typeof taken;
      };
      return { ...stores, accounts: { ...stores.accounts, outbox: { ...outbox, claim } } };
    },
    caughtBy: ["of one lane one job is taken, by one caller"],
  },
  {
    name: "counts the sessions first and opens one more after",
    make: (pool) => {
      const stores = postgresStores(pool);
      const { sessions } = stores;
      const open: typeof sessions.open = async (session, maxSessions, now) => {
        const standing = await sessions.list(session.userId, now);
        const over = standing.slice(0, Math.max(0, standing.length + 1 - maxSessions));
        for (const { id } of over) await sessions.close(session.userId, id);
        await sessions.open(session, Number.MAX_SAFE_INTEGER % 1_000_000, now);
      };
      return { ...stores, sessions: { ...sessions, open } };
    },
    caughtBy: ["however many are opened at once, no more than the cap stand"],
  },
];

const oneStatementThatIsNotOneStep: readonly BrokenStore[] = [
  {
    name: "decides about a user by its snapshot, not under a lock",
    make: without(/FOR NO KEY UPDATE/g, aWhile),
    caughtBy: [
      "of many resets by one link with different passwords one is done",
      "of many changes of password in one epoch one is done",
      "of many close-alls in one epoch one raises it",
    ],
  },
  {
    name: "decides about sessions, codes and limits by its snapshot, not under a lock",
    make: without(/(?<!subject )FOR UPDATE\)/g, `${aWhile})`),
    caughtBy: [
      "parallel renewals of one generation get one and the same successor",
      "a renewal never brings back a session that is closed meanwhile",
      "however many are made at once, a window allows no more than its limit",
      "parallel wrong codes of a claim stop at its limit",
      "however many are opened at once, no more than the cap stand",
    ],
  },
  {
    name: "trusts what it read about names, for want of unique ones",
    make: without(/WHERE refusal IS NULL/g, `WHERE refusal IS NULL ${aWhile}`, unguarded),
    caughtBy: [
      "of many claims to one email one becomes a user and the others find the email taken",
      "of many claims to one tag one becomes a user and the others keep their claims",
    ],
  },
  {
    name: "skips what is locked instead of waiting behind the head of the lane",
    make: without(/AND earlier\.sequence < job\.sequence/g, "AND false"),
    caughtBy: [
      "of one lane one job is taken, by one caller",
      "lanes keep their order while jobs are retried, given up and abandoned",
    ],
  },
  {
    name: "takes jobs without locking them",
    make: without(/FOR UPDATE OF job SKIP LOCKED/g),
    caughtBy: ["each of many jobs is taken by one caller"],
  },
  {
    name: "lets any lease end a job",
    make: without(/AND jobs\.sequence \|\| '\.' \|\| jobs\.attempts = \$2::text/g, "AND $2 <> ''"),
    caughtBy: ["an answer with a lease that was lost does nothing"],
  },
  {
    name: "tells of a link that had run out before as if the step had ended it",
    make: without(
      /CASE WHEN \$\d::timestamptz < (\w+)\.link_expires_at\s+THEN/g,
      "CASE WHEN true THEN",
    ),
    caughtBy: ["no job tells of a link where none was open any more"],
  },
  {
    name: "adds the jobs of a step that was done before",
    make: without(/me\.standing = 'now'/g, "me.standing IS NOT NULL"),
    caughtBy: [
      "a reset sent again is done in the same epoch and adds no job; another password is gone",
    ],
  },
];

export const brokenStores: readonly BrokenStore[] = [
  ...readThenWrite,
  ...oneStatementThatIsNotOneStep,
];
