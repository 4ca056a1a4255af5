import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startFailingKafka } from "../../../tools/services/kafka.ts";
import { findKcat } from "../../../tools/services/kcat-binary.ts";
import { startSmtp, type SmtpService } from "../../../tools/services/smtp.ts";
import { aPerson, clientOf, codeIn, tokenIn, type Client } from "./support/client.ts";
import { mailTo } from "./support/postbox.ts";
import { startScripts, startService, type Variables } from "./support/process.ts";
import { fieldsOf, send } from "./support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
const patienceMs = 30_000;
let common: Variables = {};

beforeAll(() => {
  const options = join(folder, "options.json");
  const jobs = { retrySeconds: 0.2, longestRetrySeconds: 1, leaseSeconds: 15 };
  const passwords = { memoryKiB: 19_456, passes: 2 };
  writeFileSync(options, JSON.stringify({ limits: "off", jobs, passwords }));
  common = {
    ...{ OPTIONS_FILE: options, MAIL_FROM: "Latchkey <no-reply@mail.example>" },
    ...{ PUBLIC_URL: "https://auth.example" },
    AUTH_SECRET: randomBytes(32).toString("base64url"),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Told {
  readonly key: string;
  readonly payload: string | null;
}

/** Everything on a topic now, as another client sees it. */
async function readTopic(brokers: string, topic: string): Promise<readonly Told[]> {
  const { path, environment } = await findKcat();
  const flags = ["-C", "-e", "-q", "-J", "-o", "beginning", "-t", topic, "-b", brokers];
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(path, flags, { env, timeout: 15_000 });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Told);
}

/** The names of a user's account events so far, each once, once there are as many as these. */
async function toldOf(brokers: string, userId: string, count: number): Promise<readonly string[]> {
  let names: readonly string[] = [];
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(100)) {
    const own = (await readTopic(brokers, "latchkey.accounts")).filter(({ key }) => key === userId);
    const events = own.map(
      ({ payload }) => JSON.parse(payload ?? "{}") as { id: string; type: string },
    );
    names = [...new Map(events.map(({ id, type }) => [id, type])).values()];
    if (names.length >= count) break;
  }
  return names;
}

async function settle(client: Client, smtp: SmtpService, tag: string): Promise<string> {
  const person = aPerson(tag);
  const { registrationId } = fieldsOf(await client.register(person), 201);
  const { text } = await mailTo(smtp, person.email, /^\d{6}$/m);
  fieldsOf(await client.confirm(person.email, String(registrationId), codeIn(text)), 200);
  return String(registrationId);
}

const confirmed = "org.latchkey.user.confirmed.v1";
const changed = "org.latchkey.password.changed.v1";

describe.each(startScripts)("npm run %s with KAFKA_BROKERS", (SCRIPT) => {
  it("publishes; while the broker is dead it answers and is ready, and after kill -9 all is told", async () => {
    const kafka = await startFailingKafka();
    const smtp = await startSmtp();
    const variables = {
      ...common,
      ...{ SCRIPT, KAFKA_BROKERS: kafka.url, SMTP_URL: `${smtp.url}?tls=off` },
      POSTGRES_URL: await newDatabase(),
    };
    const first = await startService(variables);
    const client = clientOf(first);
    const ada = await settle(client, smtp, "ada");
    assert.deepEqual(await toldOf(kafka.url, ada, 1), [confirmed]);

    await kafka.kill();
    const began = performance.now();
    const bob = await settle(client, smtp, "bob");
    const { email, password } = aPerson("ada");
    await client.forgot(email);
    const token = tokenIn((await mailTo(smtp, email, /\/password-reset\//)).text);
    fieldsOf(await client.reset(token, email, `${password} again`), 200);
    fieldsOf(await client.login("ada", `${password} again`), 200);
    const took = performance.now() - began;
    assert.ok(took < 8000, `nobody waits for a broker: ${took} ms`);
    assert.equal((await send("GET", `${first.internal}/readyz`)).status, 200);
    while (!/"job.failed".*"PublishError/.test(first.stdout())) await pause(20);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = await startService(variables);
    await kafka.revive();
    assert.deepEqual(await toldOf(kafka.url, ada, 1), [changed]);
    assert.deepEqual(await toldOf(kafka.url, bob, 1), [confirmed]);
    // Offered and used while nobody listened: in that order, all the same.
    const links = await readTopic(kafka.url, "latchkey.reset-links");
    assert.equal(links.at(0)?.payload?.includes("org.latchkey.reset.offered.v1"), true);
    assert.equal(links.at(-1)?.payload, null);
    assert.equal(new Set(links.map(({ key }) => key)).size, 1);

    kafka.proxy.behave({ traffic: "hold" });
    const eve = await settle(clientOf(second), smtp, "eve");
    const asked = performance.now();
    assert.equal((await second.stop()).code, 0);
    assert.ok(performance.now() - asked < 10_000);
    kafka.proxy.behave({ traffic: "pass" });
    const third = await startService(variables);
    assert.deepEqual(await toldOf(kafka.url, eve, 1), [confirmed]);
    const { code, stderr } = await third.stop();
    assert.deepEqual([code, stderr], [0, ""]);
    await Promise.all([kafka.stop(), smtp.stop()]);
  }, 120_000);
});
