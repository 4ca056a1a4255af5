import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { MailRefused } from "@latchkey/core";
import type { MailMessage } from "@latchkey/core/ports";
import { afterAll, beforeAll, describe, it } from "vitest";
import { deviceSession, type SecureStorage } from "../src/device-session.ts";
import { providerMailer } from "../src/provider-mailer.ts";
import { callersBy } from "../src/verify-by-jwks.ts";
import { ada, serve, type Served } from "./support/served.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.close());

const client = { ip: "192.0.2.1" };

function storage(): SecureStorage & { kept: string | null } {
  return {
    kept: null,
    async load() {
      return this.kept;
    },
    async save(refreshToken) {
      this.kept = refreshToken;
    },
    async clear() {
      this.kept = null;
    },
  };
}

describe("a mobile app", () => {
  it("stays signed in over a restart and over its access token's end, and renews once for many requests", async () => {
    const kept = storage();
    const phone = deviceSession(served.url, kept);
    assert.equal((await phone.signIn(ada.tag, ada.password)).status, 200);
    const restarted = deviceSession(served.url, kept);
    served.clock.advance({ minutes: 11 });
    const before = kept.kept;
    const answers = await Promise.all(
      [1, 2, 3].map(async () => (await restarted.request("/notes")).json()),
    );
    assert.deepEqual(
      answers,
      [1, 2, 3].map(() => ({ owner: served.userId })),
    );
    assert.notEqual(kept.kept, before);
    const last = kept.kept ?? "";
    await restarted.signOut();
    assert.equal(kept.kept, null);
    await assert.rejects(served.auth.renew({ refreshToken: last }, client), /invalid_token/);
  });

  it("forgets nobody because the network is away, and everybody whose session has ended", async () => {
    const kept = storage();
    await deviceSession(served.url, kept).signIn(ada.tag, ada.password);
    const offline = deviceSession("http://127.0.0.1:9", kept);
    await assert.rejects(offline.request("/notes"));
    assert.notEqual(kept.kept, null);
    // What a balancer says while nobody stands behind it.
    const balancer = createServer((_request, response) => void response.writeHead(503).end());
    await once(balancer.listen(0, "127.0.0.1"), "listening");
    const { port } = balancer.address() as AddressInfo;
    const waiting = await deviceSession(`http://127.0.0.1:${port}`, kept).request("/notes");
    balancer.close();
    assert.equal(waiting.status, 503);
    assert.notEqual(kept.kept, null);
    await served.auth.logout({ refreshToken: kept.kept ?? "" }, client);
    const ended = await deviceSession(served.url, kept).request("/notes");
    assert.equal(ended.status, 401);
    assert.equal(kept.kept, null);
  });
});

describe("another service that verifies by the published keys", () => {
  it("knows the caller of an access token, and believes no other token", async () => {
    const pair = await served.auth.login({ tag: ada.tag, password: ada.password }, client);
    const callerOf = callersBy(served.url);
    const caller = await callerOf(`Bearer ${pair.accessToken}`);
    assert.equal(caller?.userId, served.userId);
    assert.equal(caller?.tag, ada.tag);
    const bent = pair.accessToken.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    const others = [undefined, "", "Basic x", `Bearer ${pair.refreshToken}`, `Bearer ${bent}`];
    for (const authorization of others) assert.equal(await callerOf(authorization), null);
    const elsewhere = callersBy(served.url, "https://other.example");
    assert.equal(await elsewhere(`Bearer ${pair.accessToken}`), null);
  });

  it("throws where the keys cannot be had: that is no stranger's fault", async () => {
    const { accessToken } = await served.auth.login(
      { tag: ada.tag, password: ada.password },
      client,
    );
    await assert.rejects(callersBy("http://127.0.0.1:9")(`Bearer ${accessToken}`));
  });
});

describe("a mailer by a provider's API", () => {
  const message: MailMessage = {
    ...{ kind: "confirmation_code", id: "message-1", to: "ada@example.com", locale: "en" },
    data: { code: "000000", tag: "ada", expiresAt: new Date() },
    ...{ subject: "Your code", text: "000000", html: "<p>000000</p>" },
  };

  it("hands over each message with an id that retries share, and tells never from not now", async () => {
    const asked: { headers: IncomingMessage["headers"]; body: string }[] = [];
    const statuses = [202, 500, 422];
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      asked.push({ headers: request.headers, body: await text(request) });
      response.writeHead(statuses.shift() ?? 202).end("the mail says 000000");
    };
    const provider = createServer((request, response) => {
      void take(request, response);
    }).listen(0, "127.0.0.1");
    await once(provider, "listening");
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/messages`;
    const mailer = providerMailer({ url, key: "k", from: "no-reply@example.com" });
    try {
      await mailer.send(message);
      await assert.rejects(mailer.send(message), { message: "the provider answered 500" });
      await assert.rejects(mailer.send(message), (error) => error instanceof MailRefused);
    } finally {
      provider.close();
    }
    const ids = asked.map(({ headers }) => headers["idempotency-key"]);
    assert.deepEqual(ids, Array(3).fill("message-1"));
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ""), {
      ...{ from: "no-reply@example.com", to: message.to, subject: message.subject },
      ...{ text: message.text, html: message.html },
    });
  });
});
