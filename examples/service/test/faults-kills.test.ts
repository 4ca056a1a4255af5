import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import { aPerson, clientOf, pairOf, type Client, type Pair } from "./support/client.ts";
import { startService, type Variables } from "./support/process.ts";
import {
  cheapPasswords,
  here,
  openStage,
  outcomeOf,
  publicUrl,
  secret,
  type Claim,
  type Stage,
  type User,
} from "./support/stage.ts";
import type { Answer } from "./support/wire.ts";

const rounds = 5;
const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
let variables: Variables;
let stage: Stage;

beforeAll(async () => {
  const [postgres, redis] = [await newDatabase(), await serviceUrl("redis")];
  stage = await openStage({ postgres, redis });
  const OPTIONS_FILE = join(folder, "options.json");
  writeFileSync(OPTIONS_FILE, JSON.stringify({ limits: "off", passwords: cheapPasswords }));
  variables = {
    ...{ POSTGRES_URL: postgres, REDIS_URL: redis, OPTIONS_FILE },
    ...{ AUTH_SECRET: secret, PUBLIC_URL: publicUrl },
  };
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const next = (person: { tag: string }): string => `the next engine, ${person.tag}`;

interface Cast {
  readonly claims: readonly Claim[];
  readonly signsIn: User;
  readonly resetters: readonly (User & { readonly token: string })[];
  readonly changers: readonly User[];
}

async function aCast(round: number): Promise<Cast> {
  const names = [1, 2, 3].map((number) => `${round}-${number}`);
  return {
    claims: await Promise.all(names.map((name) => stage.claim(`claim-${name}`))),
    signsIn: await stage.user(`signs-in-${round}`),
    changers: await Promise.all(names.map((name) => stage.user(`changer-${name}`))),
    resetters: await Promise.all(
      names.map(async (name) => {
        const user = await stage.user(`resetter-${name}`);
        return { ...user, token: await stage.link(user) };
      }),
    ),
  };
}

/** What clients were told before the end: by tag, the answers that came. */
interface Told {
  readonly registered: Set<string>;
  readonly confirmed: Set<string>;
  readonly pairs: Pair[];
  readonly reset: Set<string>;
  readonly changed: Map<string, Pair>;
}

/** Everything at once, one thing after the other of each kind, until nobody answers any more. */
async function traffic(client: Client, cast: Cast, round: number): Promise<Told> {
  const told: Told = {
    ...{ registered: new Set(), confirmed: new Set(), pairs: [] },
    ...{ reset: new Set(), changed: new Map() },
  };
  const each = async <One>(
    all: Iterable<One>,
    ask: (one: One) => Promise<Answer>,
    hear: (one: One, answer: Answer) => unknown,
  ): Promise<void> => {
    for (const one of all) {
      const answer = await ask(one).catch(() => null);
      if (answer === null) return;
      assert.ok(answer.status < 300, answer.text);
      hear(one, answer);
    }
  };
  const many = Array.from({ length: 1000 }, (_, index) => aPerson(`new-${round}-${index}`));
  await Promise.all([
    each(
      many,
      (person) => client.register(person),
      ({ tag }) => told.registered.add(tag),
    ),
    each(
      cast.claims,
      ({ email, registrationId, code }) => client.confirm(email, registrationId, code),
      ({ tag }) => told.confirmed.add(tag),
    ),
    each(
      many,
      () => client.login(cast.signsIn.tag, cast.signsIn.password),
      (_one, answer) => told.pairs.push(pairOf(answer)),
    ),
    each(
      cast.resetters,
      (user) => client.reset(user.token, user.email, next(user)),
      ({ tag }) => told.reset.add(tag),
    ),
    each(
      cast.changers,
      (user) => client.change(user.pair.accessToken, user.password, next(user)),
      ({ tag }, answer) => told.changed.set(tag, pairOf(answer)),
    ),
  ]);
  return told;
}

const login = (tag: string, password: string) =>
  outcomeOf(stage.auth.login({ tag, password }, here));
const standing = async ({ accessToken }: Pair): Promise<string | null> =>
  (await outcomeOf(stage.auth.authenticate({ accessToken }, here))).refused;

/** What the dead process held is taken over as if the lease were over. */
async function runEverything(): Promise<void> {
  const past = "2000-01-01";
  await stage.pool.query("UPDATE latchkey.jobs SET held_until = $1 WHERE held_until IS NOT NULL", [
    past,
  ]);
  while ((await stage.auth.runJobs()) > 0);
  const { rows } = await stage.pool.query(
    "SELECT kind, reason FROM latchkey.jobs WHERE standing <> 'done' AND due_at <= now()",
  );
  assert.deepEqual(rows, [], "jobs that are not done");
}

async function checkClaims({ claims }: Cast, told: Told, round: number): Promise<void> {
  const { rows } = await stage.pool.query<{ tag: string; jobs: string }>(
    `SELECT r.tag, (SELECT count(*) FROM latchkey.jobs j WHERE j.kind = 'send-confirmation'
      AND j.payload->>'registrationId' = r.id::text) AS jobs
      FROM latchkey.registrations r WHERE r.tag LIKE $1`,
    [`new-${round}-%`],
  );
  for (const { tag, jobs } of rows) assert.equal(jobs, "1", `${tag} has no mail of its own`);
  const kept = new Set(rows.map(({ tag }) => tag));
  for (const tag of told.registered) assert.ok(kept.has(tag), `${tag} was forgotten`);
  assert.ok(kept.size <= told.registered.size + 1);

  for (const { email, tag, password, registrationId, code } of claims) {
    const confirm = () =>
      outcomeOf(stage.auth.confirm({ email, registrationId, confirmationCode: code }, here));
    const { refused } = await login(tag, password);
    assert.ok(refused === null || refused === "unconfirmed", `${tag}: ${String(refused)}`);
    if (told.confirmed.has(tag)) assert.equal(refused, null);
    if (refused === "unconfirmed") assert.equal((await confirm()).refused, null);
    assert.equal((await confirm()).refused, "invalid_code", `${tag} is confirmed twice`);
    assert.equal((await login(tag, password)).refused, null);
  }
}

async function checkPasswords({ resetters, changers }: Cast, told: Told): Promise<void> {
  for (const user of resetters) {
    const { tag, email, token } = user;
    const [old, fresh] = [await login(tag, user.password), await login(tag, next(user))];
    const link = (await outcomeOf(stage.auth.checkResetLink({ token }, here))).refused;
    const isReset = fresh.refused === null;
    if (told.reset.has(tag)) assert.ok(isReset, `${tag}: told of a reset that is not`);
    assert.equal(old.refused, isReset ? "invalid_credentials" : null, tag);
    assert.equal(link, isReset ? "expired_token" : null, tag);
    if (isReset) assert.equal(await standing(user.pair), "invalid_token", tag);
    const again = await outcomeOf(
      stage.auth.resetPassword({ token, email, newPassword: next(user) }, here),
    );
    assert.equal(again.refused, isReset ? "expired_token" : null, tag);
  }
  for (const user of changers) {
    const { tag } = user;
    const [old, fresh] = [await login(tag, user.password), await login(tag, next(user))];
    const isChanged = fresh.refused === null;
    const pair = told.changed.get(tag);
    if (pair !== undefined) assert.equal(await standing(pair), null, tag);
    assert.ok(isChanged || pair === undefined, `${tag}: told of a change that is not`);
    assert.equal(old.refused, isChanged ? "invalid_credentials" : null, tag);
    assert.equal(await standing(user.pair), isChanged ? "invalid_token" : null, tag);
  }
}

describe("a service killed while everybody is at it", () => {
  it.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    "leaves nothing half done, forgets nothing that it has answered, and its jobs are run by others (%i)",
    async (round) => {
      const cast = await aCast(round);
      const service = await startService(variables);
      const flowing = traffic(clientOf(service), cast, round);
      await pause(20 + Math.random() * 230);
      service.child.kill("SIGKILL");
      assert.equal((await service.ended).signal, "SIGKILL");
      const told = await flowing;

      await runEverything();
      await checkClaims(cast, told, round);
      for (const pair of told.pairs) assert.equal(await standing(pair), null);
      const { accessToken } = cast.signsIn.pair;
      const caller = await stage.auth.authenticate({ accessToken }, here);
      const open = await stage.auth.listSessions({ caller }, here);
      const mostOpen = 1 + told.pairs.length + 1;
      assert.ok(open.length >= Math.min(20, 1 + told.pairs.length) && open.length <= mostOpen);
      await checkPasswords(cast, told);
      await runEverything();
    },
  );
});
