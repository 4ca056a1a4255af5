import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Job, Registration, Stores } from "@latchkey/core/ports";
import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { Pool } from "pg";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startSmtp, type SmtpReply, type SmtpService } from "../../../tools/services/smtp.ts";
import { secret } from "./support/stage.ts";
import type { WorkerSettings } from "./support/worker-process.ts";

const jobsInAll = 10_000;
const people = 500;
const workers = 3;
const createdAt = new Date();

let pool: Pool;
let outbox: Stores["accounts"]["outbox"];
let smtp: SmtpService;
let settings: WorkerSettings;
const compiled = mkdtempSync(join(tmpdir(), "latchkey-"));
const running = new Set<ChildProcess>();

/** Messages that were put off once, as greylisting does, by their id. */
const putOff = new Set<string>();
let refused = 0;

const idOf = (raw: string): string => /^Message-ID: <([^@]+)@/im.exec(raw)?.[1] ?? "";

/** Every mail that was taken, in order, heard of or not. */
const taken: string[] = [];

/** A tenth is put off once; of a fiftieth the first copy is taken, and said to be put off. */
function later(raw: string): SmtpReply | null {
  const id = idOf(raw);
  const [first = 0, second = 0] = createHash("sha256").update(id).digest();
  const isUnheard = second % 50 === 0;
  const isFirst = !putOff.has(id);
  if (isFirst && (first % 10 === 0 || isUnheard)) {
    putOff.add(id);
    if (isUnheard) taken.push(raw);
    return { status: 451, text: "4.7.1 come back in a moment" };
  }
  taken.push(raw);
  return null;
}

function never(address: string): SmtpReply | null {
  if (!address.startsWith("nobody")) return null;
  refused += 1;
  return { status: 550, text: "5.1.1 there is no such mailbox" };
}

beforeAll(async () => {
  const postgresUrl = await newDatabase();
  pool = guardPool(new Pool({ connectionString: postgresUrl, max: 10, ...poolSettings }));
  await migrate(pool);
  ({ outbox } = postgresStores(pool).accounts);
  smtp = await startSmtp({
    tls: "none",
    atRecipient: never,
    atEnd: ({ raw }) => later(raw),
  });
  settings = { postgresUrl, smtpUrl: `${smtp.url}?tls=off`, secret };
  await end(await startWorker());
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await smtp.stop();
  await pool.end();
  rmSync(compiled, { recursive: true });
});

/** Starts a worker, and answers when it looks for jobs. */
async function startWorker(): Promise<ChildProcess> {
  const path = fileURLToPath(new URL("support/worker-process.ts", import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], {
    execArgv: ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
    // A start each second would else take most of the machine.
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  await once(child, "message");
  return child;
}

/** Asks a worker to end, and waits until it has. */
async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
  assert.equal(child.exitCode, 0);
}

/** Users with an account and claims that wait for their code; one user in fifty has no mailbox. */
async function settle(): Promise<{
  users: readonly Registration[];
  claims: readonly Registration[];
}> {
  const { users: store } = postgresStores(pool).accounts;
  const claim = (name: string): Registration => ({
    ...{ id: randomUUID(), email: `${name}@example.com`, tag: name, firstName: "A", lastName: "B" },
    ...{ passwordHash: "none", locale: "en", createdAt },
    expiresAt: new Date(createdAt.getTime() + 86_400_000),
  });
  const numbers = Array.from({ length: people }, (_, index) => index);
  const users = numbers.map((index) => claim(`${index % 50 === 0 ? "nobody" : "user"}${index}`));
  const claims = numbers.map((index) => claim(`claim${index}`));
  await aFewAtOnce([...users, ...claims], (one) => store.addRegistration(one, [], createdAt));
  await aFewAtOnce(users, ({ id }) => {
    const request = { id, attemptId: randomUUID(), withoutPassword: false, jobs: [] };
    return store.confirmRegistration(request, createdAt);
  });
  return { users, claims };
}

/** Not all at once: whoever waits longer for a connection than a request may is told that it is away. */
async function aFewAtOnce<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += 20) {
    await Promise.all(items.slice(from, from + 20).map(work));
  }
}

/** Jobs of every kind that mails, in lanes: two links and four times four notices a user, a code a claim. */
function jobsFor(users: readonly Registration[], claims: readonly Registration[]): readonly Job[] {
  const times = { createdAt, dueAt: createdAt };
  const notices = jobsInAll - users.length * 2 - claims.length;
  return [
    ...claims.map(({ id: registrationId, email }): Job => {
      const payload = { registrationId, email, locale: "en", again: false } as const;
      return { id: randomUUID(), kind: "send-confirmation", payload, lane: email, ...times };
    }),
    ...[...users, ...users].map(({ email }, index): Job => {
      const payload = { email, locale: "en", overLimit: false } as const;
      // The second one was asked for later, or it would be the one that is void.
      const askedAt = new Date(createdAt.getTime() + index);
      const asked = { createdAt: askedAt, dueAt: createdAt };
      return { id: randomUUID(), kind: "send-reset-link", payload, lane: email, ...asked };
    }),
    ...Array.from({ length: notices }, (_, index): Job => {
      const user = users[index % users.length];
      const payload = { userId: user?.id ?? "", notice: "password_changed" } as const;
      const lane = `${user?.id} ${Math.floor(index / users.length) % 4}`;
      return { id: randomUUID(), kind: "send-notice", payload, lane, ...times };
    }),
  ];
}

const left = async (): Promise<number> => {
  const { rows } = await pool.query<{ jobs: string }>(
    `SELECT count(*) AS jobs FROM latchkey.jobs
     WHERE standing = 'open' AND kind <> 'expire-reset-link'`,
  );
  return Number(rows[0]?.jobs);
};

it("10,000 jobs, three workers, one killed every second: each mail goes out or is given up", async () => {
  const { users, claims } = await settle();
  const jobs = jobsFor(users, claims);
  for (let from = 0; from < jobs.length; from += 1000) {
    await outbox.enqueue(jobs.slice(from, from + 1000), createdAt);
  }

  // As autovacuum does within its minute: a planner that takes ten thousand rows for none sorts
  // them all for each claim.
  await pool.query("ANALYZE latchkey.jobs");

  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1);
  const crew = await Promise.all(Array.from({ length: workers }, startWorker));
  let kills = 0;
  // Not to the end: the lease of what the last one had begun, ten seconds, is waited for meanwhile.
  while ((await left()) > 4000) {
    await pause(1000);
    const victim = crew.shift();
    assert.ok(victim !== undefined);
    victim.kill("SIGKILL");
    kills += 1;
    crew.push(await startWorker());
  }
  const killed = seconds();
  while ((await left()) > 0) await pause(250);
  const ended = seconds();

  const { rows: buried } = await pool.query<{ id: string; reason: string; attempts: number }>(
    "SELECT id, reason, attempts FROM latchkey.jobs WHERE standing = 'buried'",
  );
  const { rows: retried } = await pool.query<{ jobs: string }>(
    "SELECT count(*) AS jobs FROM latchkey.jobs WHERE attempts > 1 AND kind <> 'expire-reset-link'",
  );
  const copiesOf = new Map<string, string[]>();
  for (const raw of taken) copiesOf.set(idOf(raw), [...(copiesOf.get(idOf(raw)) ?? []), raw]);
  const copies = taken.length - copiesOf.size;
  console.log(
    `${jobs.length} jobs, ${workers} workers, ${kills} killed in ${killed} s, all ended after ` +
      `${ended} s: ${copiesOf.size} mails and ${copies} copies of them, ${putOff.size} put off by ` +
      `4xx, ${retried[0]?.jobs} jobs begun more than once, ${buried.length} given up`,
  );

  // Every job was delivered or given up for what the server said.
  const givenUp = new Set(buried.map(({ id }) => id));
  for (const { reason } of buried) assert.equal(reason, "MailRefused 550-5.1.1");
  for (const { id } of jobs) assert.ok(copiesOf.has(id) !== givenUp.has(id), id);
  assert.equal(copiesOf.size + givenUp.size, jobs.length);
  assert.ok(refused >= givenUp.size && givenUp.size > 0);
  assert.ok(kills > 2, "too few were killed");

  // A copy says what the first one said: the same code, the same link.
  let codesAndLinks = 0;
  for (const [first, ...others] of copiesOf.values()) {
    if (others.length === 0) continue;
    const texts = await Promise.all([first ?? "", ...others].map((raw) => PostalMime.parse(raw)));
    const [said, ...again] = texts.map(({ text, html, subject }) => ({ text, html, subject }));
    for (const copy of again) assert.deepEqual(copy, said);
    if (/^\d{6}$|password-reset/m.test(said?.text ?? "")) codesAndLinks += others.length;
  }
  assert.ok(codesAndLinks > 0);
  console.log(`${codesAndLinks} of the copies were of codes and links, each the same as the first`);

  // In each lane one after another, a copy before the next.
  const placeOf = new Map(jobs.map((job, place) => [job.id, { place, lane: job.lane }]));
  const lastOf = new Map<string | null, number>();
  for (const raw of taken) {
    const { place, lane } = placeOf.get(idOf(raw)) ?? { place: -1, lane: null };
    assert.ok(place >= (lastOf.get(lane) ?? 0), `lane ${lane} is out of order`);
    lastOf.set(lane, place);
  }

  // Who is asked to end, ends what it began and leaves the rest.
  const before = taken.length;
  const heard = smtp.accepted.length;
  const more = jobsFor(users, [])
    .slice(0, 3000)
    .map((job) => ({ ...job, lane: null }));
  await outbox.enqueue(more, createdAt);
  while (taken.length < before + 200) await pause(5);
  const asked = performance.now();
  await Promise.all(crew.map(end));
  const drained = performance.now() - asked;
  const { due, claimed } = await outbox.count(new Date());
  assert.equal(claimed, 0);
  assert.ok(due > 0, "there was nothing left to leave");
  const sent = smtp.accepted.slice(heard).map(({ raw }) => idOf(raw));
  assert.equal(new Set(sent).size, sent.length);
  console.log(
    `asked to end amid ${more.length} more: ${sent.length} sent, none twice, none held, ` +
      `${due} left, after ${Math.round(drained)} ms`,
  );
}, 180_000);
