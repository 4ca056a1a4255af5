import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { createAuth, type AuthOptions } from "@latchkey/core";
import { memoryMailer, memoryStores } from "@latchkey/core/memory";
import type { Job } from "@latchkey/core/ports";
import { guardPool, migrate, poolSettings, postgresStores } from "@latchkey/store-postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { anAccount, clientOf, mailTo, pairOf, tokenIn } from "./support/client.ts";
import { startService } from "./support/process.ts";
import { doAsWritten, jsonBlocks, statements } from "./support/runbook.ts";
import { codeOf, fieldsOf } from "./support/wire.ts";

const patience = { timeout: 60_000 };

let database = "";
let pool: Pool;
beforeAll(async () => {
  database = await newDatabase();
  pool = guardPool(new Pool({ connectionString: database, ...poolSettings }));
  await migrate(pool);
});
afterAll(() => pool.end());

const AUTH_SECRET = randomBytes(32).toString("base64url");

it("every statement of docs/operations.md has a name, and a database takes it", async () => {
  assert.ok(statements.size >= 7);
  for (const name of statements.keys()) await doAsWritten(database, name);
});

it("a limit that it narrows is one that createAuth takes", () => {
  assert.equal(jsonBlocks.length, 1);
  for (const block of jsonBlocks) {
    createAuth({
      publicUrl: "https://example.com",
      ...{ secret: AUTH_SECRET, stores: memoryStores(), mailer: memoryMailer() },
      ...(JSON.parse(block) as Partial<AuthOptions>),
    });
  }
});

it("whoever is signed out with everybody else signs in again", patience, async () => {
  const variables = { POSTGRES_URL: await newDatabase(), AUTH_SECRET };
  const service = await startService(variables);
  const client = clientOf(service);
  const ada = await anAccount(service, "ada");
  const pair = pairOf(await client.login(ada.tag, ada.password));
  await doAsWritten(variables.POSTGRES_URL, "sign everybody out");
  assert.equal(codeOf(await client.me(pair.accessToken)), "invalid_token");
  assert.equal(codeOf(await client.renew(pair.refreshToken)), "invalid_token");
  const again = pairOf(await client.login(ada.tag, ada.password));
  assert.equal((await client.me(again.accessToken)).status, 200);
  await service.stop();
});

it(
  "a password that is void with all others lets nobody in, until its owner sets another",
  patience,
  async () => {
    const variables = { POSTGRES_URL: await newDatabase(), AUTH_SECRET };
    const service = await startService(variables);
    const client = clientOf(service);
    const ada = await anAccount(service, "ada");
    const pair = pairOf(await client.login(ada.tag, ada.password));
    await client.forgot(ada.email);
    const offered = tokenIn(await mailTo([service], ada.email, "reset_link"));
    await doAsWritten(variables.POSTGRES_URL, "void every password");
    assert.equal(codeOf(await client.login(ada.tag, ada.password)), "invalid_credentials");
    assert.equal(codeOf(await client.renew(pair.refreshToken)), "invalid_token");
    assert.equal(codeOf(await client.checkLink(offered)), "expired_token");

    const password = "another engine of no numbers";
    // Instead of waiting for the minute between two links for one email.
    const { POSTGRES_URL } = variables;
    const owner = guardPool(new Pool({ connectionString: POSTGRES_URL, ...poolSettings }));
    await owner.query("DELETE FROM latchkey.limits");
    await client.forgot(ada.email);
    for (let link = offered; link === offered;) {
      link = tokenIn(await mailTo([service], ada.email, "reset_link"));
      if (link !== offered) fieldsOf(await client.reset(link, ada.email, password), 200);
    }
    pairOf(await client.login(ada.tag, password));
    await Promise.all([owner.end(), service.stop()]);
  },
);

it("a handler's job that was given up is seen, dug up, and run", async () => {
  const { accounts, ...rest } = postgresStores(pool);
  const { outbox } = accounts;
  const userId = randomUUID();
  const now = new Date();
  const payload = { event: "user.removed", userId, linkId: null, expiresAt: null } as const;
  const job: Job = {
    ...{ id: randomUUID(), kind: "run-handler", payload, lane: userId },
    ...{ createdAt: now, dueAt: now },
  };
  await outbox.enqueue([job], now);
  const seen: string[] = [];
  let isDown = true;
  const auth = createAuth({
    publicUrl: "https://example.com",
    ...{ secret: AUTH_SECRET, stores: { accounts, ...rest }, mailer: memoryMailer() },
    jobs: { maxAttempts: 1 },
    onEvent: () => {},
    handlers: {
      async "user.removed"(event) {
        if (isDown) throw new RangeError("the profile store is away");
        seen.push(event.userId);
      },
    },
  });
  await auth.runJobs();
  assert.equal((await outbox.count(new Date())).buried, 1);
  const [given] = await doAsWritten(database, "what was given up");
  const { kind, reason, count } = given as Record<string, unknown>;
  assert.deepEqual([kind, reason, count], ["run-handler", "RangeError", "1"]);

  isDown = false;
  await auth.runJobs();
  assert.deepEqual(seen, []);
  await doAsWritten(database, "dig up");
  await auth.runJobs();
  assert.deepEqual(seen, [userId]);
  assert.equal((await outbox.count(new Date())).buried, 0);
});

it("a job that waits is seen with its reason, and may be tried at once", async () => {
  const { accounts, ...rest } = postgresStores(pool);
  let isDown = true;
  const mailbox = memoryMailer();
  const mailer: AuthOptions["mailer"] = {
    async send(mail) {
      if (isDown) throw Object.assign(new Error("no route"), { code: "ECONNREFUSED" });
      await mailbox.send(mail);
    },
  };
  const auth = createAuth({
    publicUrl: "https://example.com",
    ...{ secret: AUTH_SECRET, stores: { accounts, ...rest }, mailer, onEvent: () => {} },
    jobs: { retrySeconds: 3600 },
  });
  const email = "waits@example.org";
  const person = { firstName: "Ada", lastName: "L", email, password: "an engine of no numbers" };
  await auth.register(person, { ip: "192.0.2.1" });
  await auth.runJobs();
  const waiting = await doAsWritten(database, "what waits");
  assert.deepEqual(
    waiting.map((row) => {
      const { kind, reason, count, tries } = row as Record<string, unknown>;
      return [kind, reason, count, tries];
    }),
    [["send-confirmation", "Error ECONNREFUSED", "1", 1]],
  );
  isDown = false;
  assert.equal(await auth.runJobs(), 0);
  await doAsWritten(database, "try again now");
  assert.equal(await auth.runJobs(), 1);
  assert.match(mailbox.last(email, "confirmation_code").data.code, /^\d{6}$/);
});
