import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase, serviceUrl } from "../../../tools/services/client.ts";
import {
  aPerson,
  clientOf,
  codeIn,
  mailTo,
  pairOf,
  readiness,
  untilReady,
} from "./support/client.ts";
import {
  freePorts,
  linesOf,
  spawnService,
  startScripts,
  startService,
  type Service,
  type ServiceProcess,
} from "./support/process.ts";
import { aStory } from "./support/story.ts";
import { codeOf, fieldsOf, post, send } from "./support/wire.ts";

const secret = (): string => randomBytes(32).toString("base64url");
const USERS_SECRET = secret();
const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
let port = 0;
let users: ServiceProcess;
let postgresUrl = "";
let direct: Pool;

/** The service of the accounts alone, on the port it always has. */
async function startUsers(): Promise<ServiceProcess> {
  const variables = { PORT: String(port), USERS_SECRET, POSTGRES_URL: postgresUrl };
  const started = spawnService({ SCRIPT: "start:users", ...variables });
  await until(started, '"message":"migrated"');
  return started;
}

async function until(process: ServiceProcess, sign: string): Promise<void> {
  while (!process.stdout().includes(sign)) {
    assert.equal(process.child.exitCode, null, process.stderr());
    await pause(10);
  }
}

beforeAll(async () => {
  [port] = await freePorts();
  postgresUrl = await newDatabase();
  direct = new Pool({ connectionString: postgresUrl, max: 1 });
  users = await startUsers();
});
afterAll(async () => {
  users.child.kill("SIGKILL");
  await direct.end();
  rmSync(dataDir, { recursive: true });
});

const usersUrl = (): string => `http://127.0.0.1:${port}`;

async function lastLogin(tag: string): Promise<Date | null> {
  const { rows } = await direct.query<{ last_login_at: Date | null }>(
    "SELECT last_login_at FROM latchkey.users WHERE tag = $1",
    [tag],
  );
  return rows[0]?.last_login_at ?? null;
}

describe.each(startScripts)("npm run %s, its accounts in the user-database service", (SCRIPT) => {
  let service: Service;
  beforeAll(async () => {
    const urls = { USERS_URL: usersUrl(), REDIS_URL: await serviceUrl("redis") };
    const own = { SCRIPT, USERS_SECRET, AUTH_SECRET: secret(), DATA_DIR: join(dataDir, SCRIPT) };
    service = await startService({ ...urls, ...own });
    await untilReady(service);
  });
  afterAll(() => service.stop());

  it("does everything that the service does, and the logins are recorded there", async () => {
    await direct.query("TRUNCATE latchkey.users, latchkey.registrations, latchkey.jobs");
    const started = new Date();
    const { tag, secrets, refusals } = await aStory(service);
    const login = await lastLogin(tag);
    assert.ok(login !== null && login >= started, String(login));
    const said = service.stdout() + users.stdout();
    for (const word of [...secrets, USERS_SECRET]) assert.ok(!said.includes(word), word);
    for (const refusal of refusals) assert.ok(!refusal.includes("users/"), refusal);
    const routes = linesOf(users.stdout()).map(({ route }) => route);
    for (const name of ["users/commitLogin", "users/resetPassword", "outbox/claim"]) {
      assert.ok(routes.includes(`/${name}`), name);
    }
  });

  it("answers 503 alone while that is killed, and serves again when it is back", async () => {
    const client = clientOf(service);
    const ada = aPerson(`ada-${SCRIPT.length}`);
    const { registrationId } = fieldsOf(await client.register(ada), 201);
    const code = codeIn(await mailTo([service], ada.email, "confirmation_code"));
    fieldsOf(await client.confirm(ada.email, String(registrationId), code), 200);
    const pair = pairOf(await client.login(ada.tag, ada.password));

    users.child.kill("SIGKILL");
    await users.ended;
    for (const ask of [
      () => client.login(ada.tag, ada.password),
      () => client.login("nobody", ada.password),
      () => client.renew(pair.refreshToken),
      () => client.me(pair.accessToken),
      () => client.register(aPerson("eve")),
      () => client.forgot(ada.email),
      () => client.change(pair.accessToken, ada.password, "another engine altogether"),
    ]) {
      const asked = performance.now();
      const answer = await ask();
      assert.equal(answer.status, 503, answer.text);
      assert.equal(codeOf(answer), "store_unavailable");
      assert.match(String(answer.headers["retry-after"]), /^[1-9]\d*$/);
      assert.ok(performance.now() - asked < 2000);
    }
    // Sessions are kept elsewhere.
    assert.equal((await client.verify(pair.accessToken)).status, 204);
    const { status, missing } = await readiness(service);
    assert.equal(status, 503);
    assert.deepEqual(
      missing.map(({ store }) => store),
      ["accounts"],
    );
    assert.match(missing[0]?.reason ?? "", /^the user-database service cannot be reached: check/);

    const returned = spawnService({
      ...{ SCRIPT: "start:users", PORT: String(port), USERS_SECRET, POSTGRES_URL: postgresUrl },
    });
    users = returned;
    await until(returned, '"message":"ready"');
    const took = await untilReady(service);
    assert.ok(took < 5000, `ready after ${took} ms`);
    const before = await lastLogin(ada.tag);
    pairOf(await client.login(ada.tag, ada.password));
    const after = await lastLogin(ada.tag);
    assert.ok(before !== null && after !== null && after > before);
    pairOf(await client.renew(pair.refreshToken));
  });
});

describe("a service and its user-database service", () => {
  it("that have different secrets: readyz names the cure, and nobody's password is wrong", async () => {
    const urls = { USERS_URL: usersUrl(), REDIS_URL: await serviceUrl("redis") };
    const own = { USERS_SECRET: secret(), AUTH_SECRET: secret(), DATA_DIR: dataDir };
    const service = await startService({ ...urls, ...own }, "listening");
    // Redis may still be being connected to.
    let { status, missing } = await readiness(service);
    for (const end = Date.now() + 5000; missing.length > 1 && Date.now() < end;) {
      await pause(25);
      ({ status, missing } = await readiness(service));
    }
    assert.equal(status, 503);
    assert.deepEqual(missing, [
      {
        store: "accounts",
        reason: "the user-database service has another secret: set the same one on both sides",
      },
    ]);
    const login = await clientOf(service).login("ada", "an engine of no numbers");
    assert.deepEqual([login.status, codeOf(login)], [503, "store_unavailable"]);
    assert.equal((await service.stop()).code, 0);
  });

  it("keep sessions in the service's own database where there is no Redis", async () => {
    const [other] = await freePorts();
    const folder = join(dataDir, "embedded");
    const own = spawnService({
      ...{ SCRIPT: "start:users", PORT: String(other), USERS_SECRET, DATA_DIR: folder },
    });
    await until(own, '"message":"migrated"');
    const service = await startService({
      ...{ USERS_URL: `http://localhost:${other}`, USERS_SECRET, AUTH_SECRET: secret() },
      ...{ POSTGRES_URL: await newDatabase() },
    });
    await untilReady(service);
    const { tag, accessToken } = await aStory(service);
    assert.equal((await clientOf(service).verify(accessToken)).headers["x-user-tag"], tag);
    // Its connections are kept open, and its worker goes on asking.
    own.child.kill("SIGTERM");
    const { code, stderr } = await own.ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal((await service.stop()).code, 0);
  }, 60_000);
});

describe("the user-database service alone", () => {
  it("answers its health to anybody, and nothing else to whoever signs nothing", async () => {
    assert.deepEqual(fieldsOf(await send("GET", `${usersUrl()}/healthz`), 200), { status: "ok" });
    const ready = fieldsOf(await send("GET", `${usersUrl()}/readyz`), 200);
    assert.deepEqual(ready, { status: "ready", missing: [] });
    const canary = "canary-of-a-path";
    for (const path of ["/", "/users/findById", "/outbox/claim", "/check", `/${canary}`]) {
      assert.equal((await post(`${usersUrl()}${path}`, [])).status, 401);
    }
    assert.ok(!users.stdout().includes(canary));
    linesOf(users.stdout());
  });

  const refused: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
    [/^latchkey users: USERS_SECRET: set it/, { USERS_SECRET: "" }],
    [/^latchkey users: USERS_SECRET: fewer than 32 bytes; make one/, { USERS_SECRET: "short" }],
    [/^latchkey users: PORT: give a number/, { PORT: "x" }],
    [/^latchkey users: HOST: beyond loopback TLS_CERT and TLS_KEY/, { HOST: "0.0.0.0" }],
    [/^latchkey users: TLS_CERT, TLS_KEY: set both/, { TLS_CERT: "/nowhere" }],
    [/^latchkey users: POSTGRES_URL: give an address/, { POSTGRES_URL: "redis://x" }],
  ];
  it.each(refused)("is not started with what cannot be meant: %s", async (says, variables) => {
    const usual = { PORT: "1", USERS_SECRET, POSTGRES_URL: "postgres://nobody@127.0.0.1:9/x" };
    const { ended } = spawnService({ SCRIPT: "start:users", ...usual, ...variables });
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, says);
  });
});
