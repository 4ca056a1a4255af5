import { once } from "node:events";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { AuthError } from "@latchkey/core";
import { memoryStores } from "@latchkey/core/memory";
import type { Accounts } from "@latchkey/core/ports";
import express from "express";
import Fastify from "fastify";
import { generate } from "selfsigned";
import { afterEach, describe, expect, it } from "vitest";
import { accountsEndpoints, type AccountsFault } from "../src/endpoints.ts";
import { httpStores, type HttpStoresOptions } from "../src/stores.ts";
import { aSecret, serving } from "./serving.ts";

const nobody = "00000000-0000-0000-0000-000000000000";
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const find = (options: HttpStoresOptions) => httpStores(options).accounts.users.findById(nobody);

function accountsThat(findById: Accounts["users"]["findById"]): Accounts {
  const { accounts } = memoryStores();
  return { ...accounts, users: { ...accounts.users, findById } };
}

describe("a secret that is replaced", () => {
  it("is accepted beside the new one as long as both are given", async () => {
    const [old, fresh] = [aSecret(), aSecret()];
    const { accounts } = memoryStores();
    const both = await serving(accounts, [old, fresh]);
    const after = await serving(accounts, [fresh]);
    cleanUps.push(
      () => both.stop(),
      () => after.stop(),
    );
    for (const secret of [old, fresh]) expect(await find({ url: both.url, secret })).toBeNull();
    expect(await find({ url: after.url, secret: fresh })).toBeNull();
    await expect(find({ url: after.url, secret: old })).rejects.toMatchObject({
      code: "store_unavailable",
    });
  });

  it("cannot be missing, short or guessable", () => {
    const { accounts } = memoryStores();
    for (const secret of [[], "", "short", "A".repeat(43), [aSecret(), "short"]]) {
      expect(() => accountsEndpoints({ accounts, secret })).toThrow(/^secret: /);
    }
    for (const prefix of ["accounts", "/accounts/", "/", "/a?b", "/a b"]) {
      expect(() => accountsEndpoints({ accounts, secret: aSecret(), prefix })).toThrow(/^prefix: /);
    }
  });
});

describe("a store that fails", () => {
  it.each([
    [new AuthError("store_unavailable"), 503, /cannot reach its database: see its log/],
    [
      new Error('relation "users" does not exist: SELECT password_hash'),
      500,
      /failed: see its log/,
    ],
  ])("%s: is told to `onFault` and to nobody else", async (thrown, status, says) => {
    const faults: AccountsFault[] = [];
    const secret = aSecret();
    const server = await serving(
      accountsThat(() => Promise.reject(thrown)),
      secret,
      {
        onFault(fault) {
          faults.push(fault);
          throw new Error("a listener's own fault");
        },
      },
    );
    cleanUps.push(() => server.stop());
    const statuses: unknown[] = [];
    const spy = await anyProxy(server.url, statuses);
    const error: unknown = await find({ url: spy, secret }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "store_unavailable", retryAfterSeconds: 1 });
    expect(String((error as Error).cause)).toMatch(says);
    expect(statuses).toEqual([[status, status === 503 ? "1" : null, "{}"]]);
    expect(faults).toEqual([{ method: "users/findById", cause: thrown }]);
  });

  it("is asked again by the next call", async () => {
    let failures = 1;
    const secret = aSecret();
    const server = await serving(
      accountsThat(async () => {
        failures -= 1;
        if (failures >= 0) throw new AuthError("store_unavailable");
        return null;
      }),
      secret,
    );
    cleanUps.push(() => server.stop());
    await expect(find({ url: server.url, secret })).rejects.toThrow(/store_unavailable/);
    expect(await find({ url: server.url, secret })).toBeNull();
  });
});

/** Passes on, and keeps what was answered. */
async function anyProxy(target: string, answers: unknown[]): Promise<string> {
  const app = express();
  app.use(express.raw({ type: () => true }));
  app.use(async (request, response) => {
    const { authorization = "" } = request.headers;
    const body = (request.body as Buffer).toString();
    const reply = await fetch(`${target}${request.url}`, {
      ...{ method: "POST", headers: { authorization }, body },
    });
    const text = await reply.text();
    answers.push([reply.status, reply.headers.get("retry-after"), text]);
    response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(text);
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the endpoints in a server that has others", () => {
  it("are mounted in Express under a path", async () => {
    const secret = aSecret();
    const { accounts } = memoryStores();
    const app = express();
    app.use("/accounts", accountsEndpoints({ accounts, secret }));
    app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await find({ url: `${base}/accounts/`, secret })).toBeNull();
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/accounts/users/findById`)).status).toBe(401);
  });

  it("are mounted in Fastify under a path", async () => {
    const secret = aSecret();
    const { accounts } = memoryStores();
    const app = Fastify();
    await app.register(async (scope) => {
      const listener = accountsEndpoints({ accounts, secret, prefix: "/accounts" });
      // The endpoints read the body themselves.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
      scope.all("/accounts/*", (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      });
    });
    cleanUps.push(() => app.close());
    const base = await app.listen({ host: "127.0.0.1", port: 0 });
    expect(await find({ url: `${base}/accounts`, secret })).toBeNull();
  });
});

describe("over TLS", () => {
  const names = [
    { type: 2 as const, value: "localhost" },
    { type: 7 as const, ip: "127.0.0.1" },
  ];
  const certificate = async () => {
    const { private: key, cert } = await generate([{ name: "commonName", value: "users" }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: names },
      ],
    });
    return { key, cert };
  };

  it("a certificate nobody vouches for is refused, on either side, and a known one taken", async () => {
    const secret = aSecret();
    const [ours, theirs, stranger] = await Promise.all([
      certificate(),
      certificate(),
      certificate(),
    ]);
    const { accounts } = memoryStores();
    const options = { ...theirs, ca: ours.cert, requestCert: true, rejectUnauthorized: true };
    const server = createSecureServer(options, accountsEndpoints({ accounts, secret }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ca = theirs.cert;
    expect(await find({ url, secret, tls: { ca, ...ours } })).toBeNull();
    for (const tls of [undefined, { ca }, { ca, ...stranger }, { ca: stranger.cert, ...ours }]) {
      const error: unknown = await find({ url, secret, tls }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "store_unavailable" });
      expect(String((error as Error).cause)).toMatch(/certificate is not trusted|broke: check/);
    }
    const named = { ca, ...ours, servername: "elsewhere.example" };
    const wrongName: unknown = await find({ url, secret, tls: named }).catch((e: unknown) => e);
    expect(String((wrongName as Error).cause)).toMatch(/certificate is not trusted/);
  });
});
