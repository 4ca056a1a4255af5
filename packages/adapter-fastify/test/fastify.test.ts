import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { latchkey, getAuth, requireAuth } from "@latchkey/adapter-fastify";
import {
  aPerson,
  aSignedIn,
  assertRefusal,
  bearer,
  cheapHasher,
  jsonOf,
  openDoor,
  paths,
  rawRequest,
  secret,
  send,
  sendRaw,
} from "@latchkey/conformance/http";
import { createAuth, type Auth, type AuthOptions } from "@latchkey/core";
import { memoryMailer, memoryStores, type MemoryMailer } from "@latchkey/core/memory";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, it } from "vitest";
import { hostApp } from "./support/fastify.ts";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function anAuth(own: Partial<AuthOptions> = {}): Promise<Auth> {
  const auth = createAuth({
    publicUrl: "https://auth.example.com",
    ...{ secret, stores: memoryStores(), mailer: memoryMailer(), limits: "off" },
    passwords: { hasher: cheapHasher },
    ...own,
  });
  await auth.runJobs();
  return auth;
}

async function listening(app: FastifyInstance): Promise<string> {
  open.push(() => app.close());
  return app.listen({ host: "127.0.0.1", port: 0 });
}

const json = ["content-type", "application/json"];
const login = { method: "POST", path: paths.login, headers: json };
const nobody = JSON.stringify({ tag: "nobody", password: "whatever it may be" });

describe("Latchkey inside a Fastify that does things of its own", () => {
  it("a host that logs its requests logs no token of a query", async () => {
    const lines: string[] = [];
    const stream = { write: (line: string): void => void lines.push(line) };
    const app = Fastify({ logger: { stream } });
    app.register(latchkey, { auth: await anAuth(), expose: ["public", "internal"] });
    const url = await listening(app);
    await send(url, { method: "GET", path: `${paths.renew}?refreshToken=canary` });
    await send(url, { method: "DELETE", path: `${paths.logout}?accessToken=canary` });
    assert.match(lines.join(""), /"url":"\/api\/v1\/tokens\/renew"/);
    assert.doesNotMatch(lines.join(""), /canary/);
  });

  it("a hook of the host that refuses is answered by the host's error handler", async () => {
    const app = await hostApp(await anAuth());
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-host", "hook");
      throw Object.assign(new Error("slow down"), { statusCode: 429 });
    });
    const answer = await send(await listening(app), { ...login, body: nobody });
    assert.deepEqual([answer.status, jsonOf(answer)], [418, { host: "broke" }]);
    assert.equal(answer.headers["x-host"], "hook");
  });

  it("a hook that refuses keeps its status where the host has no error handler", async () => {
    const events: string[] = [];
    const auth = await anAuth({ onEvent: (event) => events.push(event.name) });
    const app = Fastify();
    app.addHook("onRequest", async () => {
      throw Object.assign(new Error("slow down"), { statusCode: 429 });
    });
    app.register(latchkey, { auth });
    const answer = await send(await listening(app), { ...login, body: nobody });
    assert.deepEqual([answer.status, jsonOf(answer)["message"]], [429, "slow down"]);
    assert.deepEqual(events, [], "a refusal of the host is no fault of ours");
  });

  it("headers of the host's hooks stay, and a Vary of theirs is joined with ours", async () => {
    const app = Fastify();
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("access-control-allow-origin", "https://app.example").header("vary", "Origin");
    });
    app.addHook("onSend", async (_request, reply) => {
      reply.header("x-request-id", "7");
    });
    app.register(latchkey, { auth: await anAuth() });
    const url = await listening(app);
    for (const path of [paths.jwks, paths.me]) {
      const { headers } = await send(url, { method: "GET", path });
      assert.equal(headers["access-control-allow-origin"], "https://app.example");
      assert.equal(headers["x-request-id"], "7");
      const names = (headers["vary"] ?? "").split(", ").toSorted();
      assert.deepEqual(names, ["Accept-Language", "Authorization", "Origin"]);
    }
  });

  it("OPTIONS is left to the host, so that it can answer preflights", async () => {
    const app = await hostApp(await anAuth());
    app.options("*", async (_request, reply) => reply.code(204).send());
    const url = await listening(app);
    const { status } = await send(url, { method: "OPTIONS", path: paths.login });
    assert.equal(status, 204);
  });

  it("a guard on a whole scope lets its routes know who calls", async () => {
    const door = await openDoor(async (auth) => {
      const app = await hostApp(auth);
      app.register(async (scope) => {
        scope.addHook("onRequest", requireAuth(auth));
        scope.get("/inside", async (request) => getAuth(request));
      });
      return { url: await listening(app), close: () => app.close() };
    }, {});
    const { accessToken, tag } = await aSignedIn(door);
    assertRefusal(await door.get("/inside"), "unauthenticated");
    assert.equal(jsonOf(await door.get("/inside", bearer(accessToken)))["tag"], tag);
  });

  it("two instances live in one app, and neither takes the other's tokens", async () => {
    const app = Fastify();
    const [staffMail, shopMail] = [memoryMailer(), memoryMailer()];
    const staff = await anAuth({ mailer: staffMail });
    const shop = await anAuth({ mailer: shopMail, publicUrl: "https://shop.example.com" });
    for (const [prefix, auth] of [["/staff", staff] as const, ["/shop", shop] as const]) {
      app.register(latchkey, { auth, prefix });
      app.get(prefix, { onRequest: requireAuth(auth) }, async (request) => getAuth(request));
    }
    const url = await listening(app);
    const doors = [
      { prefix: "/staff", token: await aTokenOf(staff, staffMail) },
      { prefix: "/shop", token: await aTokenOf(shop, shopMail) },
    ];
    for (const { prefix, token } of doors) {
      for (const other of doors) {
        for (const path of [other.prefix, `${other.prefix}${paths.me}`]) {
          const answer = await send(url, { method: "GET", path, headers: bearer(token) });
          assert.equal(answer.status, other.prefix === prefix ? 200 : 401, `${prefix} ${path}`);
        }
      }
    }
  });

  it("Fastify's own trustProxy changes nothing about who is counted", async () => {
    const limits = { forgotByNetwork: { limit: 1, windowSeconds: 3600 } };
    const app = Fastify({ trustProxy: true });
    app.register(latchkey, { auth: await anAuth({ limits }) });
    const url = await listening(app);
    const statuses: number[] = [];
    for (const ip of ["203.0.113.1", "203.0.113.2"]) {
      const headers = [...json, "x-forwarded-for", ip];
      const body = JSON.stringify({ email: "nobody@mail.example" });
      const answer = await send(url, { method: "POST", path: paths.forgot, headers, body });
      statuses.push(answer.status);
    }
    assert.deepEqual(statuses, [200, 429]);
  });

  it("what a client sends after it was cut off is no fault of ours", async () => {
    const events: string[] = [];
    const auth = await anAuth({ onEvent: (event) => events.push(event.name) });
    const app = await hostApp(auth);
    const url = await listening(app);
    const head = rawRequest(`POST ${paths.login}`, ["Content-Type: application/json"], nobody);
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    await new Promise((resolve) => socket.write(head.slice(0, -20), resolve));
    socket.resetAndDestroy();
    const answer = await send(url, { ...login, body: nobody });
    assertRefusal(answer, "invalid_credentials");
    assert.deepEqual(events, ["login.failed"]);
  });

  it("requests that are no HTTP, or frame their body twice, are a 4xx", async () => {
    const url = await listening(await hostApp(await anAuth()));
    const start = `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    for (const bytes of [
      "nonsense\r\n\r\n",
      `${start}Content-Length: -1\r\n\r\n`,
      `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      `${start}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
      `${start}Authorization: a\u0000b\r\n\r\n`,
      `POST ${paths.login} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`,
    ]) {
      assert.match(await sendRaw(url, bytes), /^HTTP\/1\.1 4\d\d /, bytes);
    }
    assertRefusal(await send(url, { ...login, body: nobody }), "invalid_credentials");
  });
});

describe("peers without a plain address", () => {
  const limits = { forgotByNetwork: { limit: 1, windowSeconds: 3600 } };
  const payload = { email: "nobody@mail.example" };

  it("a proxy on a Unix socket is believed only where `unix` is trusted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    open.push(() => rmSync(folder, { recursive: true }));
    for (const [trustedProxies, expected] of [
      [["unix"], [200, 200, 429]],
      [["127.0.0.1"], [200, 429, 429]],
    ] as const) {
      const app = await hostApp(await anAuth({ limits, trustedProxies }));
      const socketPath = join(folder, trustedProxies[0]);
      await app.listen({ path: socketPath });
      open.push(() => app.close());
      const statuses: number[] = [];
      for (const ip of ["203.0.113.1", "203.0.113.2", "203.0.113.2"]) {
        statuses.push(await forgotOver(socketPath, ip));
      }
      assert.deepEqual(statuses, expected);
    }
  });

  it("a link-local peer with a zone is counted by its address, and is no Unix socket", async () => {
    const app = await hostApp(await anAuth({ limits, trustedProxies: ["unix"] }));
    open.push(() => app.close());
    const ask = async (remoteAddress: string, forwardedFor: string): Promise<number> => {
      const headers = { "x-forwarded-for": forwardedFor };
      const asked = { method: "POST", url: paths.forgot, payload, headers, remoteAddress } as const;
      return (await app.inject(asked)).statusCode;
    };
    assert.equal(await ask("fe80::1%eth0", "203.0.113.1"), 200);
    assert.equal(await ask("fe80::1%eth0", "203.0.113.2"), 429);
    assert.equal(await ask("fe80::2%eth1", "203.0.113.3"), 429, "the same /64");
    assert.equal(await ask("2001:db8::1", "203.0.113.4"), 200);
  });

  function forgotOver(socketPath: string, ip: string): Promise<number> {
    const body = JSON.stringify(payload);
    const headers = { "content-type": "application/json", "x-forwarded-for": ip };
    return new Promise((resolve, reject) => {
      const target = { socketPath, method: "POST", path: paths.forgot, headers, agent: false };
      const outgoing = httpRequest(target, (incoming) => {
        incoming.resume().on("end", () => resolve(incoming.statusCode ?? 0));
      });
      outgoing.on("error", reject).end(body);
    });
  }
});

/** Registers, confirms and signs in without a server. */
async function aTokenOf(auth: Auth, mailer: MemoryMailer): Promise<string> {
  const client = { ip: "192.0.2.1" };
  const ada = aPerson();
  const { registrationId } = await auth.register(ada, client);
  await auth.runJobs();
  const { code: confirmationCode } = mailer.last(ada.email, "confirmation_code").data;
  await auth.confirm({ email: ada.email, confirmationCode, registrationId }, client);
  await auth.runJobs();
  return (await auth.login({ tag: ada.tag, password: ada.password }, client)).accessToken;
}
