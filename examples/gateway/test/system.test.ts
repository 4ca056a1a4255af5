import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { Agent } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { startFailingKafka, type FailingKafka } from "latchkey-local-services/kafka";
import { query } from "latchkey-local-services/postgres-server";
import { freePorts, until } from "latchkey-local-services/server-process";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startSystem, type System } from "../src/system.ts";
import {
  clientOf,
  fieldsOf,
  identityIn,
  refusalOf,
  type Answer,
  type Client,
  type Person,
} from "./support/client.ts";
import { guesses, requests } from "./support/guesses.ts";
import { accountEvents } from "./support/broker.ts";
import { statuses, witnessOf, type Witness } from "./support/outage.ts";

let system: System;
let broker: FailingKafka;
let client: Client;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  const [httpsPort = 0, httpPort = 0] = await freePorts(2);
  broker = await startFailingKafka();
  system = await startSystem({ httpsPort, httpPort, kafkaBrokers: broker.url });
  client = clientOf(system);
  ada = await client.account("ada");
  bob = await client.account("bob");
}, 60_000);
afterAll(async () => {
  await system.stop();
  await broker.stop();
});

const renew = (token: string) => client.send("GET", `/api/v1/tokens/renew?refreshToken=${token}`);
const app = (token: string, path = "/app/notes") => client.bearer("GET", path, token);

async function lastLogin(tag: string): Promise<Date> {
  const [row] = await query(
    system.postgresUrl,
    `select last_login_at from latchkey.users where tag = '${tag}'`,
  );
  const at = row?.["last_login_at"];
  assert.ok(at instanceof Date);
  return at;
}

describe("the contract's documented rows, through nginx over TLS", () => {
  it("register, confirm and login; the last login is written by the user-database service", async () => {
    const person = await client.account("grace");
    await client.login(person.tag, person.password);
    const before = await lastLogin(person.tag);
    const pair = await client.login(person.email, person.password);
    assert.ok((await lastLogin(person.tag)) > before);
    assert.match(await readFile(system.part("users").logFile, "utf8"), /users\/commitLogin/);
    const me = fieldsOf(await client.bearer("GET", "/api/v1/users/me", pair.accessToken), 200);
    assert.equal(me["email"], person.email);
  });

  it("wrong words are refused in the service's own, in the client's language", async () => {
    const login = "/api/v1/tokens/public/login";
    const wrong = { tag: ada.tag, password: "canary of a wrong password" };
    client.secrets.add(wrong.password);
    const headers = { "accept-language": "ru" };
    const answer = await client.post(login, wrong, { headers });
    assert.deepEqual(refusalOf(answer), [401, "invalid_credentials"]);
    assert.match(answer.text, /Неверное имя или пароль/);
    assert.equal(answer.headers["strict-transport-security"], "max-age=300");
  });

  it("renew as documented and by POST, then logout: every token of the session is refused", async () => {
    const first = await client.login(ada.tag, ada.password);
    const second = client.pairOf(await renew(first.refreshToken));
    const { refreshToken } = second;
    const third = client.pairOf(await client.post("/api/v1/tokens/renew", { refreshToken }));
    identityIn(await app(third.accessToken));
    const both = `accessToken=${third.accessToken}&refreshToken=${third.refreshToken}`;
    fieldsOf(await client.send("DELETE", `/api/v1/tokens/logout?${both}`), 200);
    assert.deepEqual(refusalOf(await renew(third.refreshToken)), [401, "invalid_token"]);
    const refused = await app(third.accessToken);
    assert.deepEqual(refusalOf(refused), [401, "invalid_token"]);
    assert.equal(refused.headers["www-authenticate"], 'Bearer error="invalid_token"');
    const nobody = await client.send("GET", "/app/notes");
    assert.deepEqual(refusalOf(nobody), [401, "unauthenticated"]);
    assert.equal(nobody.headers["www-authenticate"], "Bearer");
    assert.equal((await client.send("HEAD", "/api/v1/tokens/renew")).status, 405);
  });

  it("forgot and reset, then the pages of the same by browser", async () => {
    const { email } = bob;
    fieldsOf(await client.post("/api/auth/forgot-password", { email }), 200);
    const text = await client.mail(email, "reset_link");
    const [link = "", path = "", token = ""] =
      /https:\/\/localhost:\d+(\/password-reset\/[^/]+\/([^/]+)\/)/.exec(text) ?? [];
    assert.ok(link.startsWith(system.url), text);
    for (const part of [token, ...token.split(".").slice(1)]) client.secrets.add(part);
    const opened = await client.send("GET", path);
    assert.equal(opened.status, 303);
    const cookie = String(opened.headers["set-cookie"]).split(";")[0] ?? "";
    const next = new URL(String(opened.headers["location"]), link).pathname;
    const page = await client.send("GET", next, { headers: { cookie } });
    assert.equal(page.status, 200, page.text);
    assert.match(String(page.headers["content-type"]), /^text\/html/);
    const newPassword = "canary of bob's next password";
    client.secrets.add(newPassword);
    const fields = { token, email, newPassword, confirmPassword: newPassword };
    fieldsOf(await client.post("/api/auth/reset-password", fields), 200);
    const again = await client.post("/api/auth/reset-password", fields);
    assert.deepEqual(refusalOf(again), [400, "expired_token"]);
    bob = { ...bob, password: newPassword };
    await client.login(email, newPassword);
  });

  it("everything else that the contract calls public, and the contract itself", async () => {
    const { paths } = fieldsOf(await client.send("GET", "/openapi.json"), 200) as {
      paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replace("{id}", "x")]),
    );
    assert.ok(calls.length >= 14);
    for (const [method = "", path = ""] of calls) {
      const answer = await client.send(method, path, { from: "127.0.0.9" });
      assert.ok(
        ![404, 405, 429, 500, 503].includes(answer.status),
        `${method} ${path} ${answer.text}`,
      );
    }
  });

  it("over HTTP/2 too, and plain HTTP only leads there", async () => {
    const { accessToken } = await client.login(ada.tag, ada.password);
    const session = connectHttp2(system.url, { ca: system.certificate });
    const stream = session.request({
      ":path": "/app/notes",
      authorization: `Bearer ${accessToken}`,
      "x-user-id": "eve",
    });
    let text = "";
    for await (const part of stream.setEncoding("utf8")) text += String(part);
    session.close();
    assert.match(text, /"x-user-tag","ada"/);
    assert.ok(!text.includes("eve"));

    const plain = await fetch(`${system.httpUrl}/password-reset/`, { redirect: "manual" });
    assert.equal(plain.status, 308);
    assert.equal(plain.headers.get("location"), `${system.url}/password-reset/`);
    const posted = await fetch(`${system.httpUrl}/api/v1/tokens/public/login`, { method: "POST" });
    assert.equal(posted.status, 403);
  });
});

describe("A-43: whose request it is", () => {
  it("is said by the verifying service alone: a client's own headers, spelled anyhow, are gone", async () => {
    const { accessToken } = await client.login(ada.tag, ada.password);
    const { sub, sid } = JSON.parse(
      Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString(),
    ) as Record<string, string>;
    const told = { "x-user-id": sub, "x-user-tag": "ada", "x-session-id": sid };
    const forged: readonly Readonly<Record<string, string | readonly string[]>>[] = [
      { "X-User-Id": "eve", "X-User-Tag": "eve", "X-Session-Id": "eve" },
      { X_User_Id: "eve", X_User_Tag: "eve", x_session_id: "eve", "X-User_Id": "eve" },
      { "X-User-Id": ["eve", "eve-again"], "x-user-ID": "eve" },
      { "X.User.Id": "eve", "X-UserId": "x" },
      { Connection: "close, X-User-Id, Authorization", "X-User-Id": "eve" },
      { "X-Forwarded-User": "x", "X-User-Id": "" },
    ];
    for (const headers of forged) {
      const answer = await client.bearer("GET", "/app/notes", accessToken, { headers });
      const { "x-userid": _other, ...identity } = identityIn(answer);
      assert.deepEqual(identity, told, JSON.stringify(headers));
      assert.ok(!answer.text.includes("eve"), answer.text);
      assert.ok(!answer.text.includes(accessToken), "the application sees no token");
    }
    const nobody = await client.send("GET", "/app/notes", { headers: { "X-User-Id": sub ?? "" } });
    assert.equal(nobody.status, 401);
  });

  it("does not depend on a body, a method, or what the client says of its address", async () => {
    const asking = { headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" } };
    const { accessToken } = await client.login(ada.tag, ada.password, asking);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await client.bearer(method, "/app/x", accessToken, { body: '{"a":1}' });
      assert.equal(identityIn(answer)["x-user-tag"], "ada");
      assert.equal(fieldsOf(answer, 200)["method"], method);
    }
    const listed = await client.bearer("GET", "/api/v1/sessions", accessToken);
    const { sessions } = fieldsOf(listed, 200) as { sessions: { current: boolean; ip: string }[] };
    assert.equal(sessions.find(({ current }) => current)?.ip, "127.0.0.1");
    const large = await client.bearer("POST", "/app/x", accessToken, { body: "x".repeat(16_385) });
    assert.deepEqual(refusalOf(large), [413, "payload_too_large"]);
  });

  it("is never another's, in 1,000 alternating requests over kept-alive connections", async () => {
    const [one, other] = await Promise.all([ada, bob].map((p) => client.login(p.tag, p.password)));
    assert.ok(one !== undefined && other !== undefined);
    const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"];
    const sockets = new Set<unknown>();
    await Promise.all(
      addresses.map(async (from) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        agent.on("free", (socket) => sockets.add(socket));
        for (let turn = 0; turn < 250; turn += 1) {
          const isAda = turn % 2 === 0;
          const { accessToken } = isAda ? one : other;
          const answer = await client.bearer("GET", "/app/x", accessToken, { agent, from });
          assert.equal(identityIn(answer)["x-user-tag"], isAda ? "ada" : "bob");
        }
        agent.destroy();
      }),
    );
    assert.equal(sockets.size, addresses.length);
  });
});

describe("guessing at internal endpoints from outside", () => {
  it("finds nothing, and none of it reaches a service's internal side", async () => {
    const { accessToken } = await client.login(ada.tag, ada.password);
    const asked = await internalRequests();
    const headers = { authorization: `Bearer ${accessToken}` };
    const { port } = new URL(system.url);
    const answers: [string, string][] = [];
    const ask = async (text: string): Promise<void> => {
      answers.push([text, await client.raw(text)]);
    };
    const texts = [
      ...guesses.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n`),
      ...requests(port),
    ].map((head) => `${head}Connection: close\r\nAuthorization: ${headers.authorization}\r\n\r\n`);
    // Twenty at once, so that the addresses' limit is not what refuses them.
    for (let start = 0; start < texts.length; start += 20) {
      await Promise.all(texts.slice(start, start + 20).map(ask));
    }
    for (const [text, answer] of answers) {
      const what = `${text.split("\r\n").slice(0, 3).join(" | ")} -> ${answer.slice(0, 200)}`;
      // HTTP/0.9 has no status, but the refusal's words.
      assert.match(
        answer,
        /^(?:HTTP\/1\.1 (?:4(?:0[0145]|14|21)|50[15]) |\{"type":"about:blank"|$)/,
        what,
      );
      assert.doesNotMatch(answer, /x-user-id|x-session-id|"status":"(?:ok|ready)|"kind":/i, what);
    }
    assert.deepEqual(await internalRequests(), asked);
  });

  it("the services' public sides do not know them either", async () => {
    const { accessToken } = await client.login(ada.tag, ada.password);
    for (const service of system.services) {
      for (const path of ["/api/v1/tokens/verify", "/api/v1/tokens/renew", "/readyz"]) {
        const headers = { authorization: `Bearer ${accessToken}` };
        assert.equal((await fetch(`${service}${path}`, { headers })).status, 404);
      }
    }
  });

  /** What the internal listeners were asked, but for their readiness. */
  async function internalRequests(): Promise<readonly string[]> {
    const logs = ["authentication-fastify", "authentication-express"].map((name) =>
      readFile(system.part(name).logFile, "utf8"),
    );
    const lines = (await Promise.all(logs)).join("").split("\n");
    return lines.filter((line) => line.includes('"internal","method"') && !/readyz/.test(line));
  }
});

describe("a flood", () => {
  it("is refused at the edge: 429 with Retry-After, for that address alone", async () => {
    const forgot = (from: string): Promise<Answer> =>
      client.post("/api/auth/forgot-password", {}, { from });
    const answers = await Promise.all(Array.from({ length: 40 }, () => forgot("127.0.0.77")));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 10 && refused.length <= 20, `${refused.length}`);
    for (const answer of refused) {
      assert.deepEqual(refusalOf(answer), [429, "rate_limited"]);
      assert.equal(answer.headers["retry-after"], "1");
    }
    assert.equal((await forgot("127.0.0.78")).status, 400);
  });
});

describe("while a part is away", () => {
  let witness: Witness;
  const all = { app: 200, me: 200, login: 200, renew: 200 };
  const none = { app: 503, me: 503, login: 503, renew: 503 };

  beforeAll(async () => {
    witness = await witnessOf(client, ada, bob);
  });

  it.each(["authentication-fastify", "authentication-express"])(
    "%s: the other one answers everything",
    async (name) => {
      await system.part(name).kill();
      for (let round = 0; round < 5; round += 1) {
        assert.deepEqual(statuses(await witness.ask()), all);
      }
      await system.part(name).start();
      await witness.untilWell();
      // For a second nginx does not know that it is back; then it tries by one request at a time
      // until one is answered.
      await pause(1100);
      for (let round = 0; round < 3; round += 1) {
        assert.deepEqual(statuses(await witness.ask()), all);
      }
    },
  );

  it("both services: 503, for the application too", async () => {
    const both = ["authentication-fastify", "authentication-express"].map((name) =>
      system.part(name),
    );
    await Promise.all(both.map((part) => part.kill()));
    assert.deepEqual(statuses(await witness.ask()), none);
    await Promise.all(both.map((part) => part.start()));
    await witness.untilWell();
  });

  it("Redis: 503, and afterwards every session is as it was", async () => {
    await system.part("redis").kill();
    assert.deepEqual(statuses(await witness.ask()), none);
    await system.part("redis").start();
    await witness.untilWell();
  });

  it.each(["users", "postgres"])(
    "%s: who is signed in reaches the application; all else is 503",
    async (name) => {
      await system.part(name).kill();
      const told = await witness.ask();
      assert.deepEqual(statuses(told), { app: 200, me: 503, login: 503, renew: 503 });
      assert.equal(identityIn(told.app)["x-user-tag"], "ada");
      await system.part(name).start();
      await witness.untilWell();
      const before = await lastLogin(ada.tag);
      await client.login(ada.tag, ada.password);
      assert.ok((await lastLogin(ada.tag)) > before);
    },
  );

  it("the broker: nobody notices, and what happened meanwhile is told when it is back", async () => {
    await broker.kill();
    const alan = await client.account("alan");
    assert.deepEqual(statuses(await witness.ask()), all);
    await broker.revive();
    const told = async (): Promise<boolean> => {
      const events = await accountEvents(broker.url);
      return events.some((event) => event.includes("user.confirmed"));
    };
    await until("the event", told, 60_000);
    await client.login(alan.tag, alan.password);
  }, 70_000);

  it("the application: 503, and 401 for whoever has no token", async () => {
    await system.part("backend").kill();
    assert.deepEqual(statuses(await witness.ask()), { ...all, app: 503 });
    assert.equal((await client.send("GET", "/app/notes")).status, 401);
    await system.part("backend").start();
    await witness.untilWell();
  });
});

describe("what is written down", () => {
  it("holds no password, code or token, neither at the gateway nor behind it", async () => {
    const gateway = ["access.log", "error.log"].map((name) => `${system.gatewayLogs}/${name}`);
    const files = [...gateway, ...system.parts.map(({ logFile }) => logFile)];
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    const [access = ""] = texts;
    assert.ok(access.split("\n").length > 1000);
    for (const line of access.trimEnd().split("\n")) JSON.parse(line);
    assert.match(access, /"path":"\/api\/v1\/tokens\/renew","status":200/);
    assert.match(access, /"path":"\/password-reset\/-\/-\/","status":303/);
    assert.ok(client.secrets.size > 50);
    for (const [index, text] of texts.entries()) {
      for (const secret of client.secrets) assert.ok(!text.includes(secret), `${files[index]}`);
    }
  });
});
