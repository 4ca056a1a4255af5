import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { newDatabase } from "../../../tools/services/client.ts";
import { startScripts, startService, type Service } from "./support/process.ts";
import { codeOf, fieldsOf, send, sendRaw, withBearer } from "./support/wire.ts";
import { aStory, type Story } from "./support/story.ts";

describe.each(startScripts)("npm run %s", (SCRIPT) => {
  const dataDir = mkdtempSync(join(tmpdir(), "latchkey-"));
  let service: Service;
  let story: Story;
  beforeAll(async () => {
    service = await startService({ SCRIPT, DATA_DIR: dataDir, POSTGRES_URL: await newDatabase() });
    story = await aStory(service);
  });
  afterAll(async () => {
    await service.stop();
    rmSync(dataDir, { recursive: true });
  });

  const get = (path: string, host?: string) =>
    send("GET", `${service.url}${path}`, host === undefined ? {} : { headers: { host } });

  describe("what the two listeners serve", () => {
    it("healthz is on both, readyz on the internal one alone", async () => {
      for (const base of [service.url, service.internal]) {
        assert.deepEqual(fieldsOf(await send("GET", `${base}/healthz`), 200), { status: "ok" });
      }
      const ready = fieldsOf(await send("GET", `${service.internal}/readyz`), 200);
      assert.deepEqual(ready, { status: "ready", missing: [] });
      assert.equal(codeOf(await get("/readyz")), "not_found");
    });

    it("internal endpoints answer on the internal port, and public ones do not", async () => {
      const verify = `${service.internal}/api/v1/tokens/verify`;
      const verified = await send("GET", verify, withBearer(story.accessToken));
      assert.equal(verified.status, 204);
      assert.equal(verified.headers["x-user-tag"], story.tag);
      assert.equal(codeOf(await send("GET", verify)), "unauthenticated");
      for (const path of ["/api/v1/tokens/public/login", "/api/v1/users/me", "/dev/mailbox"]) {
        assert.equal(codeOf(await send("GET", `${service.internal}${path}`)), "not_found");
      }
    });

    it("internal endpoints are not on the public port under any spelling", async () => {
      const { accessToken, refreshToken } = story;
      const names = ["verify", `renew?refreshToken=${refreshToken}`];
      const spellings = names.flatMap((name) => [
        ...[
          `/api/v1/tokens/${name}`,
          `/API/V1/TOKENS/${name.toUpperCase()}`,
          `//api/v1/tokens/${name}`,
        ],
        ...[`/api//v1/tokens/${name}`, `/api/v1/tokens//${name}`, `/api/v1/tokens/./${name}`],
        ...[`/api/v1/tokens/public/../${name}`, `/api/v1/tokens/public/%2e%2e/${name}`],
        ...[`/api/v1/%74okens/${name}`, `/api/v1/tokens/%76erify`, `/api/v1/tokens/%72enew`],
        ...[`/api/v1/tokens%2F${name}`, `/api/v1/tokens/${name.replace(/\?|$/, "/?")}`],
        ...[`/api/v1/tokens;x=y/${name}`, `/api/v1/tokens/${name.replace(/\?|$/, ";x=y?")}`],
        ...[`/api/v1/tokens/${name.replace(/\?|$/, "%20?")}`, `/api/v1/tokens/${name}#x`],
        ...[`/api/v1/tokens/${name.replace(/\?|$/, "%00?")}`, `/api\\v1\\tokens\\${name}`],
        ...[`http://127.0.0.1/api/v1/tokens/${name}`, `http://internal/api/v1/tokens/${name}`],
        ...[`/api/v1/tokens/${name.replace(/\?|$/, ".json?")}`, `/internal/api/v1/tokens/${name}`],
        ...[`/prefix/../api/v1/tokens/${name}`, `/api/v1/tokens/\u202e${name}`, `/${name}`],
      ]);
      const headers = [
        `Authorization: Bearer ${accessToken}`,
        ...["X-Original-URL", "X-Rewrite-URL"].map((name) => `${name}: /api/v1/tokens/verify`),
        `X-Forwarded-Port: ${new URL(service.internal).port}`,
        ...["X-Forwarded-For: 127.0.0.1", "X-Internal: 1", "X-Forwarded-Host: 127.0.0.1"],
      ];
      for (const path of spellings) {
        for (const method of ["GET", "POST", "HEAD"]) {
          const lines = [`${method} ${path} HTTP/1.1`, `Host: ${new URL(service.internal).host}`];
          const text = [...lines, "Connection: close", "Content-Length: 0", ...headers].join(
            "\r\n",
          );
          const answer = await sendRaw(service.url, `${text}\r\n\r\n`);
          assert.match(answer, /^HTTP\/1\.1 40[04] /, `${method} ${path}`);
          assert.doesNotMatch(answer, /accessToken|x-user-/i);
        }
      }
      const alive = `${service.internal}/api/v1/tokens/verify`;
      assert.equal((await send("GET", alive, withBearer(accessToken))).status, 204);
    });

    it("what is nowhere, and what is no path, is a problem like any other", async () => {
      for (const base of [service.url, service.internal]) {
        const paths = ["/nothing", "/api", "/favicon.ico", "/.env", "/dev/mailbox/..", "/demo/"];
        for (const path of base === service.internal ? ["/", "/demo/main.js", ...paths] : paths) {
          const answer = await send("GET", `${base}${path}`);
          assert.equal(codeOf(answer), "not_found");
          assert.equal(answer.headers["cache-control"], "no-store");
        }
        assert.equal(codeOf(await send("GET", `${base}/%E0%A4%A`)), "malformed_request");
      }
      const long = `${service.url}/api/v1/sessions/${"x".repeat(200)}`;
      assert.equal(codeOf(await send("DELETE", long)), "unauthenticated");
      const options = await send("OPTIONS", `${service.url}/api/v1/users/me`);
      assert.equal(codeOf(options), "not_found");
    });
  });

  describe("the mailbox for whoever sits at this machine", () => {
    it("is shown to loopback names", async () => {
      const { port } = new URL(service.url);
      for (const host of [
        `127.0.0.1:${port}`,
        "localhost",
        `LocalHost:${port}`,
        "[::1]",
        "[::1]:1",
      ]) {
        const json = await get("/dev/mailbox.json", host);
        assert.equal(json.status, 200, host);
        const mails = JSON.parse(json.text) as Record<string, unknown>[];
        const names = ["at", "html", "kind", "subject", "text", "to"];
        assert.deepEqual(Object.keys(mails[0] ?? {}).toSorted(), names);
        const page = await get("/dev/mailbox", host);
        assert.equal(page.status, 200);
        assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
        for (const answer of [json, page]) {
          assert.equal(answer.headers["cache-control"], "no-store");
          assert.equal(answer.headers["access-control-allow-origin"], undefined);
        }
      }
    });

    it("is not there under any other name: a page elsewhere cannot read it", async () => {
      const { port } = new URL(service.url);
      for (const host of [
        ...[
          "evil.example",
          `evil.example:${port}`,
          "127.0.0.1.evil.example",
          "localhost.evil.example",
        ],
        ...["localhost.", "127.1", "2130706433", "0.0.0.0", "[::]", "::1", "[::ffff:127.0.0.1]"],
        ...[
          "evil.example@127.0.0.1",
          "127.0.0.1@evil.example",
          "127.0.0.1,evil.example",
          "127.999.0.1",
        ],
        ...["localhost:x", "localhost:1:2", "[::1", "::1]"],
      ]) {
        for (const path of ["/dev/mailbox", "/dev/mailbox.json"]) {
          const answer = await get(path, host);
          assert.equal(answer.status, 404, host);
          assert.ok(!answer.text.includes(story.email));
        }
      }
    });

    it("is not there without a Host, with two, or by a header that only claims one", async () => {
      const lines = [
        "GET /dev/mailbox.json HTTP/1.0",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost:",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost: evil.example\r\nHost: localhost",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost: evil.example\r\nForwarded: host=localhost",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost: localhost\r\nX-Real-IP: 203.0.113.9",
        "GET /dev/mailbox.json HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9",
      ];
      for (const line of lines) {
        const answer = await sendRaw(service.url, `${line}\r\nConnection: close\r\n\r\n`);
        assert.match(answer, /^HTTP\/1\.1 40[04] /, line);
        assert.ok(!answer.includes(story.email));
      }
    });
  });

  describe("what the service writes down", () => {
    it("A-50 no password, code, token or link of the whole story stands in its log", () => {
      const written = service.stdout() + service.stderr();
      assert.equal(service.stderr(), "");
      assert.ok(story.secrets.length > 30);
      for (const secret of story.secrets) {
        assert.ok(secret.length > 5, secret);
        assert.ok(!written.includes(secret), `the log holds ${secret}`);
        assert.ok(!written.includes(encodeURIComponent(secret)), `the log holds ${secret}`);
      }
    });

    it("A-50 nor in any refusal", () => {
      assert.ok(story.refusals.length > 15);
      for (const text of story.refusals) {
        for (const secret of story.secrets) assert.ok(!text.includes(secret), text);
      }
    });

    it("each line is one JSON object with its time; requests are told by their route", () => {
      const lines = service.lines();
      for (const line of lines) assert.match(String(line["at"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const requests = lines.filter((line) => "route" in line);
      for (const request of requests) {
        const names = ["at", "listener", "method", "ms", "route", "status"];
        assert.deepEqual(Object.keys(request).toSorted(), names);
      }
      const events = new Set(lines.map((line) => line["event"]));
      for (const name of [
        ...["user.registered", "confirmation.sent", "confirmation.failed", "user.confirmed"],
        ...["login.succeeded", "login.failed", "session.renewed", "token.replayed"],
        ...["session.closed", "reset.requested", "reset.offered", "reset.completed"],
        ...["password.changed", "sessions.closed"],
      ]) {
        assert.ok(events.has(name), name);
      }
      const migrated = lines.findIndex((line) => line["message"] === "migrated");
      const faults = lines.slice(migrated).filter((line) => line["event"] === "fault");
      assert.deepEqual(faults, [], "nothing went wrong on our side");
    });
  });
});
