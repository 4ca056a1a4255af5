import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "vitest";
import { query } from "../../../tools/services/postgres-server.ts";
import {
  aPerson,
  pairOf,
  readiness,
  untilReady,
  type Client,
  type Pair,
} from "./support/client.ts";
import { openFailover, untilAnswered, type FailoverStage } from "./support/failover.ts";
import type { Service } from "./support/process.ts";
import { here, outcomeOf, type Claim, type User } from "./support/stage.ts";
import { codeOf, fieldsOf, type Answer } from "./support/wire.ts";

const people = 12;
const onlyReads = /^this Postgres only reads: connect to the primary instead of a replica/;

let on: FailoverStage;

beforeEach(async () => {
  on = await openFailover();
});
afterEach(() => on.close());

type Resetter = User & { readonly token: string };

async function aResetter(name: string): Promise<Resetter> {
  const user = await on.stage.user(name);
  return { ...user, token: await on.stage.link(user) };
}

const nextOf = ({ tag }: { tag: string }): string => `the next engine, ${tag}`;
const login = (tag: string, password: string) =>
  outcomeOf(on.stage.auth.login({ tag, password }, here));
const renewed = async ({ refreshToken }: Pair): Promise<string | null> =>
  (await outcomeOf(on.stage.auth.renew({ refreshToken }, here))).refused;

/** Everything at once, of each kind one after the other; what was told, and how many 503 came. */
async function traffic(
  client: Client,
  signsIn: User,
  claims: readonly Claim[],
  resetters: readonly Resetter[],
) {
  const registered = new Set<string>();
  const pairs: Pair[] = [];
  let outages = 0;
  const over = new AbortController();
  const heard = async (ask: () => Promise<Answer>) => {
    const asked = await untilAnswered(ask);
    outages += asked.outages;
    return asked;
  };
  const whileOthers = async (ask: (turn: number) => Promise<unknown>): Promise<void> => {
    for (let turn = 0; !over.signal.aborted; turn += 1) await ask(turn);
  };
  /** Done by the answer, or else by one that never came. */
  const assertDone = (
    { answer, outages: times }: Awaited<ReturnType<typeof heard>>,
    code: string,
  ) => {
    if (answer.status === 200) return;
    assert.ok(times > 0, answer.text);
    assert.deepEqual([answer.status, codeOf(answer)], [400, code]);
  };
  const once = [
    async () => {
      for (const { email, registrationId, code } of claims) {
        assertDone(await heard(() => client.confirm(email, registrationId, code)), "invalid_code");
        await pause(60);
      }
    },
    async () => {
      for (const user of resetters) {
        const reset = () => client.reset(user.token, user.email, nextOf(user));
        assertDone(await heard(reset), "expired_token");
        await pause(60);
      }
    },
  ];
  let { pair } = signsIn as { pair: Pair };
  const meanwhile = [
    whileOthers(async (turn) => {
      const person = aPerson(`new-${turn}`);
      fieldsOf((await heard(() => client.register(person))).answer, 201);
      registered.add(person.tag);
    }),
    whileOthers(async () => {
      const { answer } = await heard(() => client.login(signsIn.tag, signsIn.password));
      pairs.push(pairOf(answer));
      await pause(100);
    }),
    whileOthers(async () => {
      pair = pairOf((await heard(() => client.renew(pair.refreshToken))).answer);
      fieldsOf((await heard(() => client.me(pair.accessToken))).answer, 200);
    }),
  ];
  await Promise.all(once.map((lane) => lane()));
  await pause(200);
  over.abort();
  await Promise.all(meanwhile);
  return { registered, pairs: [...pairs.slice(-10), pair], outages };
}

/** Whatever was under way when the primary died is taken over as if its lease were over. */
async function assertAllJobsRun(): Promise<void> {
  const { auth, pool } = on.stage;
  await pool.query("UPDATE latchkey.jobs SET held_until = '2000-01-01' WHERE held_until > now()");
  while ((await auth.runJobs()) > 0);
  const { rows } = await pool.query(
    "SELECT kind, reason FROM latchkey.jobs WHERE standing <> 'done' AND due_at <= now()",
  );
  assert.deepEqual(rows, []);
}

describe("a Postgres primary killed, and its synchronous replica promoted", () => {
  it("is 503 and nothing else meanwhile, forgets nothing it has answered, and needs no restart", async () => {
    const { pair, stage } = on;
    const names = Array.from({ length: people }, (_, index) => index);
    const claims = await Promise.all(names.map((name) => stage.claim(`claim-${name}`)));
    const resetters = await Promise.all(names.map((name) => aResetter(`resetter-${name}`)));
    const signsIn = await stage.user("signs-in");
    await pair.synchronise();
    const { service, client, failOver } = await on.serve();

    const flowing = traffic(client, signsIn, claims, resetters);
    await pause(400);
    const took = await failOver();
    const told = await flowing;
    process.stdout.write(`a synchronous Postgres failover: ready after ${took} ms\n`);
    assert.ok(told.outages > 0);
    assert.ok(took < 5000, `ready after ${took} ms`);

    await assertAllJobsRun();
    const { rows } = await stage.pool.query<{ tag: string; jobs: string }>(
      `SELECT tag, (SELECT count(*) FROM latchkey.jobs WHERE kind = 'send-confirmation'
        AND payload->>'registrationId' = r.id::text) AS jobs
        FROM latchkey.registrations r WHERE tag LIKE 'new-%'`,
    );
    for (const { tag, jobs } of rows) assert.equal(jobs, "1", tag);
    const kept = new Set(rows.map(({ tag }) => tag));
    for (const tag of told.registered) assert.ok(kept.has(tag), `${tag} was forgotten`);
    for (const { tag, email, password, registrationId, code } of claims) {
      assert.equal((await login(tag, password)).refused, null, tag);
      const again = stage.auth.confirm({ email, registrationId, confirmationCode: code }, here);
      assert.equal((await outcomeOf(again)).refused, "invalid_code", tag);
    }
    for (const user of resetters) {
      const { tag, email, token } = user;
      assert.equal((await login(tag, user.password)).refused, "invalid_credentials", tag);
      assert.equal((await login(tag, nextOf(user))).refused, null, tag);
      assert.equal(await renewed(user.pair), "invalid_token", tag);
      const again = stage.auth.resetPassword({ token, email, newPassword: nextOf(user) }, here);
      assert.equal((await outcomeOf(again)).refused, "expired_token", tag);
    }
    for (const one of told.pairs) assert.equal(await renewed(one), null);
    for (const { status } of service.lines()) {
      assert.ok(status !== 401 && status !== 500, String(status));
    }
    assert.equal(service.stderr(), "");
  });
});

describe("a Postgres primary killed, and a replica promoted that lags", () => {
  it("loses what the replica never had, a reset included, and nothing that was closed comes back", async () => {
    const { pair, stage } = on;
    const owner = await aResetter("owner");
    await pair.caughtUp();
    pair.replication.behave({ traffic: "hold" });
    const newcomer = await stage.user("newcomer");
    const { service, client, failOver } = await on.serve();
    fieldsOf(await client.reset(owner.token, owner.email, nextOf(owner)), 200);
    const lost = pairOf(await client.login(owner.tag, nextOf(owner)));

    const took = await failOver();
    process.stdout.write(`an asynchronous Postgres failover: ready after ${took} ms\n`);

    // Whoever came meanwhile is nobody.
    const asNewcomer = await client.login(newcomer.tag, newcomer.password);
    assert.equal(codeOf(asNewcomer), "invalid_credentials");
    assert.equal(codeOf(await client.renew(newcomer.pair.refreshToken)), "invalid_token");
    // The account is as it was, its link included; its sessions are as they became.
    assert.equal(codeOf(await client.login(owner.tag, nextOf(owner))), "invalid_credentials");
    pairOf(await client.login(owner.tag, owner.password));
    assert.equal(codeOf(await client.renew(owner.pair.refreshToken)), "invalid_token");
    fieldsOf(await client.checkLink(owner.token), 200);

    // A session of the lost password is of an epoch that comes once more: one reset does not end it.
    const kept = pairOf(await client.renew(lost.refreshToken));
    fieldsOf(await client.reset(owner.token, owner.email, "a third engine altogether"), 200);
    const again = pairOf(await client.renew(kept.refreshToken));
    // The cure that docs/stores.md names.
    await stage.pool.query("UPDATE latchkey.users SET epoch = epoch + 1000");
    assert.equal(codeOf(await client.renew(again.refreshToken)), "invalid_token");
    pairOf(await client.login(owner.tag, "a third engine altogether"));
    for (const { status } of service.lines()) assert.notEqual(status, 500);
  });
});

describe("a Postgres that only reads", () => {
  /** Asks for all that needs an account; nobody may be told that there is none. */
  async function assertAway(
    service: Service,
    asks: Readonly<Record<string, () => Promise<Answer>>>,
  ): Promise<void> {
    for (const [name, ask] of Object.entries(asks)) {
      const answer = await ask();
      assert.deepEqual([answer.status, codeOf(answer)], [503, "store_unavailable"], name);
    }
    const { status, missing } = await readiness(service);
    assert.equal(status, 503);
    assert.deepEqual(
      missing.map(({ store }) => store),
      ["accounts"],
    );
    assert.match(missing[0]?.reason ?? "", onlyReads);
  }

  it("because it was the primary once: writes are 503 until the address leads on, connections kept", async () => {
    const { stage, pair, network } = on;
    const ada = await stage.user("ada");
    const { client, service } = await on.serve();
    await pair.caughtUp();
    const primary = pair.primary.urlOf("postgres");
    await query(primary, "ALTER SYSTEM SET default_transaction_read_only = on");
    await query(primary, "SELECT pg_reload_conf()");
    await pause(200);
    await assertAway(service, {
      login: () => client.login(ada.tag, ada.password),
      forgot: () => client.forgot(ada.email),
      register: () => client.register(aPerson("bob")),
      change: () => client.change(ada.pair.accessToken, ada.password, "another engine altogether"),
    });
    await pair.promote();
    // Nobody cuts what stands.
    network.proxy.leadTo(pair.replica);
    const took = await untilReady(service);
    assert.ok(took < 5000, `ready after ${took} ms`);
    for (const _ of Array.from({ length: 12 })) {
      await untilAnswered(() => client.forgot(ada.email));
    }
    pairOf((await untilAnswered(() => client.login(ada.tag, ada.password))).answer);
  });

  it("because it is the replica: whatever it might not know yet is 503, never 401", async () => {
    const { stage, pair, network } = on;
    await pair.caughtUp();
    pair.replication.behave({ traffic: "hold" });
    const ada = await stage.user("ada");
    const token = await stage.link(ada);
    const { client, service } = await on.serve();
    network.leadTo(pair.replica);
    await assertAway(service, {
      login: () => client.login(ada.tag, ada.password),
      renew: () => client.renew(ada.pair.refreshToken),
      me: () => client.me(ada.pair.accessToken),
      checkLink: () => client.checkLink(token),
      reset: () => client.reset(token, ada.email, "another engine altogether"),
    });
    network.leadTo(pair.primary);
    await untilReady(service);
    const { answer } = await untilAnswered(() => client.renew(ada.pair.refreshToken));
    assert.equal(answer.status, 200, answer.text);
  });
});
