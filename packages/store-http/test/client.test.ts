import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { memoryStores } from "@latchkey/core/memory";
import type { Accounts, Job } from "@latchkey/core/ports";
import { afterEach, describe, expect, it } from "vitest";
import { startProxy } from "../../../tools/services/proxy.ts";
import { methods } from "../src/methods.ts";
import { answerHeader, protocolHeader } from "../src/signing.ts";
import { checkHttpStores, httpStores } from "../src/stores.ts";
import { aSecret, serving } from "./serving.ts";

const secret = aSecret();
const now = new Date("2026-01-01T00:00:00Z");
const nobody = "00000000-0000-0000-0000-000000000000";
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function anyServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function memory(more: Parameters<typeof serving>[2] = {}) {
  const server = await serving(memoryStores().accounts, secret, more);
  cleanUps.push(() => server.stop());
  return server;
}

/** The cause of a call that has to fail as an unavailable store, and in time. */
async function causeOf(call: Promise<unknown>): Promise<string> {
  const asked = performance.now();
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(performance.now() - asked).toBeLessThan(2000);
  expect(error).toMatchObject({ code: "store_unavailable", status: 503, retryAfterSeconds: 1 });
  const { cause } = error as { readonly cause: Error };
  return cause.message;
}

const findAt = (url: string, own = secret): Promise<unknown> =>
  httpStores({ url, secret: own, deadlineSeconds: 0.5 }).accounts.users.findById(nobody);

const aJob = (): Job => ({
  ...{ id: crypto.randomUUID(), kind: "send-notice", lane: null, createdAt: now, dueAt: now },
  payload: { userId: nobody, notice: "password_changed" },
});

describe("each method of both ports", () => {
  it("is one request, as long as the network keeps what it is given", async () => {
    const server = await memory({ prefix: "/some/accounts" });
    const { users, outbox } = httpStores({ url: server.url, secret }).accounts;
    const hash = "$argon2id$";
    const jobs = [aJob()];
    const calls: readonly (() => Promise<unknown>)[] = [
      () =>
        users.addRegistration(
          {
            ...{ id: nobody, email: "a@b.example", tag: "ada", firstName: "A", lastName: "L" },
            ...{ passwordHash: hash, locale: "en", createdAt: now, expiresAt: new Date() },
          },
          jobs,
          now,
        ),
      () => users.findRegistration(nobody, now),
      () =>
        users.confirmRegistration(
          { id: nobody, attemptId: crypto.randomUUID(), withoutPassword: false, jobs },
          now,
        ),
      () => users.findForLogin({ kind: "tag", tag: "ada" }, now),
      () => users.findByEmail("a@b.example"),
      () => users.findById(nobody),
      () => users.commitLogin(nobody, 1, now),
      () => users.rehash(nobody, hash, hash),
      () =>
        users.offerReset(
          { userId: nobody, digest: "d", requestedAt: now, expiresAt: new Date(), jobs },
          now,
        ),
      () => users.inspectReset(nobody, "d", now),
      () => users.resetPassword({ userId: nobody, digest: "d", passwordHash: hash, jobs }, now),
      () => users.changePassword({ userId: nobody, epoch: 2, passwordHash: "other", jobs }, now),
      () => users.raiseEpoch({ userId: nobody, epoch: 3, operationId: nobody, jobs }, now),
      () => users.setDisabled(nobody, true, jobs, now),
      () => users.remove(nobody, jobs, now),
      () => outbox.enqueue(jobs, now),
      () => outbox.claim(["send-notice"], 10, 60, now),
      () => outbox.done(nobody, "1.1"),
      () => outbox.retry(nobody, "1.1", now, "why"),
      () => outbox.bury(nobody, "1.1", "why"),
      () => outbox.count(now),
    ];
    expect(calls.length).toBe(Object.keys(methods).length);
    for (const [index, call] of calls.entries()) {
      await call();
      expect(server.requests).toBe(index + 1);
    }
  });

  it("keeps a few connections open, and no more than it may", async () => {
    const server = await memory();
    const proxy = await startProxy({ port: server.port });
    cleanUps.push(() => proxy.stop());
    const url = `http://127.0.0.1:${proxy.port}`;
    const { users } = httpStores({ url, secret, connections: 3 }).accounts;
    await Promise.all(Array.from({ length: 40 }, () => users.findById(nobody)));
    expect(proxy.connections).toBe(3);
  });
});

describe("workers", () => {
  it("are woken by jobs that their own process leaves, and not after they have stopped", async () => {
    const server = await memory();
    const { outbox } = httpStores({ url: server.url, secret }).accounts;
    const stop = new AbortController();
    let wakings = 0;
    await outbox.watch(() => {
      wakings += 1;
    }, stop.signal);
    await outbox.enqueue([aJob()], now);
    await Promise.resolve();
    expect(wakings).toBe(1);
    stop.abort();
    await outbox.enqueue([aJob()], now);
    await Promise.resolve();
    expect(wakings).toBe(1);
  });
});

describe("an answer that cannot be trusted", () => {
  it("nobody listens", async () => {
    expect(await causeOf(findAt("http://127.0.0.1:9"))).toMatch(
      /^the user-database service cannot be reached: check its address, and that it runs \(ECONNREFUSED\)/,
    );
  });

  it("the other side has another secret, and is never shown ours", async () => {
    const server = await memory();
    expect(await causeOf(findAt(server.url, aSecret()))).toBe(
      "the user-database service has another secret: set the same one on both sides",
    );
    const heard: string[] = [];
    const listener = await anyServer((request, response) => {
      heard.push(JSON.stringify(request.rawHeaders));
      response.end("{}");
    });
    await causeOf(findAt(listener));
    expect(heard).toHaveLength(1);
    expect(heard[0]).not.toContain(secret);
  });

  const pages = {
    "a proxy's page": [502, { "content-type": "text/html" }, "<h1>Bad Gateway</h1>"],
    "a page of a router that lets nobody out": [200, {}, "<h1>Sign in</h1>"],
    "an answer without a signature": [200, {}, "null"],
    "an answer with a signature of nothing": [200, { [answerHeader]: "A".repeat(43) }, "null"],
  } as const;
  it.each(Object.entries(pages))("%s", async (_name, [status, headers, body]) => {
    const url = await anyServer((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    expect(await causeOf(findAt(url))).toBe(
      `what answers at this address (status ${status}) is no user-database service of Latchkey: ` +
        "check the address, and any proxy between",
    );
  });

  it("a redirect, which is not followed", async () => {
    let asked = 0;
    const elsewhere = await anyServer((_request, response) => {
      asked += 1;
      response.end("null");
    });
    const url = await anyServer((_request, response) => {
      response.writeHead(307, { location: elsewhere }).end();
    });
    expect(await causeOf(findAt(url))).toMatch(/status 307/);
    expect(asked).toBe(0);
  });

  it("another version of the protocol", async () => {
    const url = await anyServer((_request, response) => {
      response.writeHead(401, { [protocolHeader]: "2" }).end("{}");
    });
    expect(await causeOf(findAt(url))).toMatch(
      /another version of the protocol than we: bring both/,
    );
  });

  it("the answer to another call, however well signed", async () => {
    const server = await memory();
    let first: { headers: Record<string, string>; body: string } | undefined;
    const url = await anyServer((request, response) => {
      void (async () => {
        if (first === undefined) {
          const { authorization = "" } = request.headers;
          const [body] = (await once(request, "data")) as [Buffer];
          const reply = await fetch(`${server.url}${request.url}`, {
            ...{ method: "POST", body: body.toString(), headers: { authorization } },
          });
          first = { headers: Object.fromEntries(reply.headers), body: await reply.text() };
        }
        response.writeHead(200, first.headers).end(first.body);
      })();
    });
    expect(await findAt(url)).toBeNull();
    expect(await causeOf(findAt(url))).toMatch(/has another secret/);
  });

  it("an answer changed on the way", async () => {
    const server = await memory();
    const url = await anyServer((request, response) => {
      void (async () => {
        const { authorization = "" } = request.headers;
        const [body] = (await once(request, "data")) as [Buffer];
        const reply = await fetch(`${server.url}${request.url}`, {
          ...{ method: "POST", body: body.toString(), headers: { authorization } },
        });
        await reply.text();
        const headers = { ...Object.fromEntries(reply.headers), "content-length": "5" };
        response.writeHead(200, headers).end("false");
      })();
    });
    expect(await causeOf(findAt(url))).toMatch(/has another secret/);
  });

  it("an answer without an end", async () => {
    const url = await anyServer((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write("x".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    });
    expect(await causeOf(findAt(url))).toMatch(/^the call to the user-database service failed/);
  });

  it("something that is no HTTP", async () => {
    const { createServer: createTcp } = await import("node:net");
    const server = createTcp((socket) => socket.end("220 mail ready\r\n")).listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await causeOf(findAt(`http://127.0.0.1:${port}`))).toMatch(/speaks no HTTP/);
  });
});

describe("a network in trouble", () => {
  it.each(["hold", "drop", "cut"] as const)(
    "%s: fails within the deadline, and answers again as soon as it is mended",
    async (how) => {
      const server = await memory();
      const proxy = await startProxy({ port: server.port });
      cleanUps.push(() => proxy.stop());
      const { users } = httpStores({
        ...{ url: `http://127.0.0.1:${proxy.port}`, secret, deadlineSeconds: 0.5 },
      }).accounts;
      expect(await users.findById(nobody)).toBeNull();
      proxy.behave(how === "hold" ? { traffic: "hold" } : { replies: how });
      expect(await causeOf(users.findById(nobody))).toMatch(
        how === "cut" ? /broke: check the network/ : /^the user-database service did not answer/,
      );
      proxy.behave({ traffic: "pass", replies: "pass" });
      expect(await users.findById(nobody)).toBeNull();
    },
  );

  it("connections that were lost unnoticed, and a server that came back, fail no call", async () => {
    let server = await memory();
    const { port } = server;
    const { users } = httpStores({ url: server.url, secret }).accounts;
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => users.findById(nobody)));
      await server.stop();
      server = await serving(memoryStores().accounts, secret, {}, port);
      // At once: nobody has told the client's connections yet.
      const answers = await Promise.all(Array.from({ length: 8 }, () => users.findById(nobody)));
      expect(answers).toEqual(answers.map(() => null));
    }
    await server.stop();
  });

  it("a silent connection is passed by on a new one, before the deadline", async () => {
    const server = await memory();
    const proxy = await startProxy({ port: server.port });
    cleanUps.push(() => proxy.stop());
    const { users } = httpStores({ url: `http://127.0.0.1:${proxy.port}`, secret }).accounts;
    await users.findById(nobody);
    proxy.behave({ replies: "drop" });
    setTimeout(() => proxy.behave({ replies: "pass" }), 400);
    expect(await users.findById(nobody)).toBeNull();
    expect(server.requests).toBe(3);
  });

  it("a slow answer is not thrown away because it was asked for again", async () => {
    const { accounts } = memoryStores();
    let asked = 0;
    const findById: Accounts["users"]["findById"] = async (id) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 700));
      return accounts.users.findById(id);
    };
    const slow = { ...accounts, users: { ...accounts.users, findById } };
    const server = await serving(slow, secret);
    cleanUps.push(() => server.stop());
    const { users } = httpStores({ url: server.url, secret, deadlineSeconds: 1 }).accounts;
    expect(await users.findById(nobody)).toBeNull();
    expect([server.requests, asked]).toEqual([2, 1]);
  });
});

describe("the check", () => {
  it("answers the other side's time", async () => {
    const server = await memory();
    const { times } = await checkHttpStores({ url: server.url, secret });
    expect(Math.abs(Number(times[0]) - Date.now())).toBeLessThan(2000);
  });

  it("names what is wrong, a database that is away included", async () => {
    const { accounts } = memoryStores();
    const faults: unknown[] = [];
    const away = {
      ...accounts,
      users: { ...accounts.users, findById: () => Promise.reject(new Error("SELECT secret")) },
    };
    const server = await serving(away, secret, { onFault: (fault) => faults.push(fault) });
    cleanUps.push(() => server.stop());
    const cause = await causeOf(checkHttpStores({ url: server.url, secret }));
    expect(cause).toBe("the user-database service failed: see its log");
    expect(faults).toEqual([{ method: "check", cause: new Error("SELECT secret") }]);
    expect(await causeOf(checkHttpStores({ url: "http://127.0.0.1:9", secret }))).toMatch(
      /reached/,
    );
  });
});

describe("options that cannot be used", () => {
  const url = "http://127.0.0.1:3010";
  it.each([
    [{ url: "nonsense", secret }, /^url: give an address/],
    [{ url: "ftp://localhost", secret }, /^url: give an address/],
    [{ url: `${url}/?a=1`, secret }, /^url: give an address/],
    [{ url: "http://ada:pass@localhost", secret }, /^url: names a user/],
    [{ url: "http://users.internal:3010", secret }, /^url: http:\/\/ beyond this machine shows/],
    [{ url: "http://127.0.0.1.example.com", secret }, /^url: http:\/\/ beyond this machine/],
    [{ url, secret: "short" }, /^secret: fewer than 32 bytes; make one with/],
    [{ url, secret: "A".repeat(43) }, /^secret: not random/],
    [{ url, secret: "not base64url!" }, /^secret: not base64url/],
    [{ url, secret, deadlineSeconds: 0 }, /^deadlineSeconds: /],
    [{ url, secret, connections: 0 }, /^connections: /],
  ])("%j", (options, message) => {
    expect(() => httpStores(options)).toThrow(TypeError);
    expect(() => httpStores(options)).toThrow(message);
  });

  it("http:// to another machine is taken only where its danger is spelled out", () => {
    const options = { url: "http://users.internal", secret, dangerouslyAllowPlainHttp: true };
    expect(() => httpStores(options)).not.toThrow();
  });
});
