import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import {
  makeCertificate,
  startSmtp,
  type Certificate,
  type SmtpService,
} from "../../../tools/services/smtp.ts";
import { aPerson, clientOf, codeIn, tokenIn, type Client, type Person } from "./support/client.ts";
import { behindProxy, type Failure } from "./support/network.ts";
import { mailTo, readMails } from "./support/postbox.ts";
import { startScripts, startService, type Service, type Variables } from "./support/process.ts";
import { codeOf, fieldsOf, send } from "./support/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
const account = { user: "latchkey", password: "smtp-canary-4711" };
/** Longer than the lease of what a killed process had begun. */
const patienceMs = 30_000;
const code = /^\d{6}$/m;
const link = /\/password-reset\//;
let certificate: Certificate;
let common: Variables = {};

beforeAll(async () => {
  certificate = await makeCertificate();
  const [authority, options] = ["authority.pem", "options.json"].map((name) => join(folder, name));
  assert.ok(authority !== undefined && options !== undefined);
  writeFileSync(authority, certificate.cert);
  const jobs = { retrySeconds: 0.2, longestRetrySeconds: 1, leaseSeconds: 10 };
  const passwords = { memoryKiB: 19_456, passes: 2 };
  writeFileSync(options, JSON.stringify({ limits: "off", jobs, passwords }));
  common = {
    ...{ MAIL_FROM: "Latchkey <no-reply@mail.example>", OPTIONS_FILE: options },
    // The processes of one service name it alike: links and tokens follow from it.
    PUBLIC_URL: "https://auth.example",
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    NODE_EXTRA_CA_CERTS: authority,
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The address of a server, with the account that may use it. */
function withAccount(url: string): string {
  return url.replace("://", `://${account.user}:${account.password}@`);
}

async function settle(person: Person, client: Client, smtp: SmtpService): Promise<void> {
  const registered = fieldsOf(await client.register(person), 201);
  const { text } = await mailTo(smtp, person.email, code);
  const registrationId = String(registered["registrationId"]);
  fieldsOf(await client.confirm(person.email, registrationId, codeIn(text)), 200);
}

const middle = (times: readonly number[]): number =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;

/** Registers and forgets passwords, and answers how long each took: the middle one of several. */
async function usual(client: Client, name: string, known: Person): Promise<Readonly<Times>> {
  const register: number[] = [];
  const forgot: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const began = performance.now();
    fieldsOf(await client.register(aPerson(`${name}-${round}`)), 201);
    const between = performance.now();
    const answer = fieldsOf(await client.forgot(known.email), 200);
    assert.deepEqual(Object.keys(answer), ["message"]);
    register.push(between - began);
    forgot.push(performance.now() - between);
  }
  return { register: middle(register), forgot: middle(forgot) };
}

interface Times {
  readonly register: number;
  readonly forgot: number;
}

describe.each(startScripts)("npm run %s with SMTP_URL", (SCRIPT) => {
  it("mails by TLS, signed in, in the request's language, and shows no mailbox", async () => {
    const smtp = await startSmtp({ certificate, account });
    const service = await startService({
      ...common,
      ...{ SCRIPT, POSTGRES_URL: await newDatabase(), SMTP_URL: withAccount(smtp.url) },
    });
    const client = clientOf(service);
    await settle(aPerson("ada"), client, smtp);
    await client.forgot("ada@example.com");
    const token = tokenIn((await mailTo(smtp, "ada@example.com", link)).text);
    fieldsOf(await client.reset(token, "ada@example.com", "poetical science, 1843"), 200);
    await mailTo(smtp, "ada@example.com", /was changed on/);

    const person = { firstName: "Ада", lastName: "Лавлейс", ...aPerson("ada-ru") };
    const headers = { "content-type": "application/json", "accept-language": "ru, en;q=0.5" };
    const body = JSON.stringify(person);
    await send("POST", `${service.url}/api/v1/users/public/create`, { headers, body });
    const russian = await mailTo(smtp, person.email, code);
    assert.match(russian.subject, /^Подтвердите/);
    assert.equal(russian.language, "ru");

    assert.equal(smtp.accepted.length, 4);
    for (const { secure, user, from } of smtp.accepted) {
      assert.deepEqual([secure, user, from], [true, account.user, "no-reply@mail.example"]);
    }
    for (const path of ["/dev/mailbox", "/dev/mailbox.json"]) {
      assert.equal(codeOf(await send("GET", `${service.url}${path}`)), "not_found");
    }
    const { code: ended, stdout, stderr } = await service.stop();
    assert.deepEqual([ended, stderr], [0, ""]);
    assert.ok(!`${stdout}${stderr}`.includes(account.password));
    assert.doesNotMatch(stdout, /kept in memory|mailbox/);
    await smtp.stop();
  });

  it("serves beyond loopback", async () => {
    const smtp = await startSmtp({ certificate });
    const service = await startService({
      ...common,
      ...{ SCRIPT, POSTGRES_URL: await newDatabase(), SMTP_URL: smtp.url },
      ...{ HOST: "0.0.0.0", NODE_ENV: "production" },
    });
    fieldsOf(await clientOf(service).register(aPerson("eve")), 201);
    await mailTo(smtp, "eve@example.com", code);
    assert.equal((await service.stop()).code, 0);
    await smtp.stop();
  });
});

describe.concurrent.each<[script: (typeof startScripts)[number], how: Failure]>([
  ["start", "refused"],
  ["start:express", "frozen"],
])("npm run %s while SMTP is %s", (SCRIPT, how) => {
  it("answers as always and in the same time; every mail comes after it, and after kill -9", async () => {
    const smtp = await startSmtp({ certificate, account });
    const network = await behindProxy(withAccount(smtp.url));
    const variables = {
      ...common,
      ...{ SCRIPT, POSTGRES_URL: await newDatabase(), SMTP_URL: network.url },
    };
    const first: Service = await startService(variables);
    const ada = aPerson("ada");
    await settle(ada, clientOf(first), smtp);
    const alive = await usual(clientOf(first), "alive", ada);

    await network.fail(how);
    const dead = await usual(clientOf(first), "dead", ada);
    const bob = aPerson("bob");
    const { registrationId } = fieldsOf(await clientOf(first).register(bob), 201);
    if (how === "refused") {
      while (!/"job.failed".*SmtpError ECONNREFUSED/.test(first.stdout())) await pause(20);
    }
    first.child.kill("SIGKILL");
    assert.ok(!(await first.ended).stdout.includes(account.password));

    const second = await startService(variables);
    const client = clientOf(second);
    const after = await usual(client, "after", ada);
    const beforeItIsBack = await readMails(smtp);
    await network.heal();

    // What the killed process had begun is taken over when its lease has run out.
    const { text } = await mailTo(smtp, bob.email, code, patienceMs);
    fieldsOf(await client.confirm(bob.email, String(registrationId), codeIn(text)), 200);
    for (const name of ["alive", "dead", "after"]) {
      for (let round = 0; round < 7; round += 1) {
        await mailTo(smtp, aPerson(`${name}-${round}`).email, code, patienceMs);
      }
    }
    // The links of one account go out in order, each making the one before it void.
    let mails = await readMails(smtp);
    assert.ok(mails.length > beforeItIsBack.length);
    const links = (): number =>
      new Set(mails.filter(({ text: said }) => link.test(said)).map(({ id }) => id)).size;
    for (const end = Date.now() + patienceMs; links() < 21 && Date.now() < end; await pause(20)) {
      mails = await readMails(smtp);
    }
    assert.equal(links(), 21);
    const token = tokenIn((await mailTo(smtp, ada.email, link)).text);
    fieldsOf(await client.reset(token, ada.email, "poetical science, 1843"), 200);

    const ids = new Set(mails.map(({ id }) => id));
    const differing = mails.filter(({ id, text: said }) =>
      mails.some((other) => other.id === id && other.text !== said),
    );
    assert.deepEqual(differing, [], "a copy says what the first one said");
    for (const doing of ["register", "forgot"] as const) {
      for (const slow of [dead[doing], after[doing]]) {
        // A mail that was waited for would take a connection, or its timeout of ten seconds.
        assert.ok(slow < alive[doing] * 3 + 1000, `${doing}: ${slow} ms, usually ${alive[doing]}`);
      }
    }
    const shown = [alive, dead, after].map(
      (times) => `${times.register.toFixed(1)} and ${times.forgot.toFixed(1)}`,
    );
    console.log(
      `SMTP ${how}: register and forgot took ${shown[0]} ms before, ${shown[1]} ms while it was ` +
        `away, ${shown[2]} ms after kill -9; ${mails.length} mails, ${mails.length - ids.size} copies`,
    );
    assert.equal((await second.stop()).code, 0);
    await network.stop();
    await smtp.stop();
  }, 120_000);
});
