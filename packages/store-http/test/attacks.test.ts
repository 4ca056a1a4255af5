import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { memoryStores } from "@latchkey/core/memory";
import type { Accounts } from "@latchkey/core/ports";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyOf } from "../src/secret.ts";
import {
  answerHeader,
  answerSignature,
  authorization,
  digestOf,
  windowMs,
} from "../src/signing.ts";
import { httpStores } from "../src/stores.ts";
import { aSecret, serving, type Serving } from "./serving.ts";

const secret = aSecret();
const key = keyOf(secret);
const nobody = "00000000-0000-0000-0000-000000000000";
const now = "2026-01-01T00:00:00.000Z";
let server: Serving;
let called: string[];

/** Accounts that tell of every call. */
function watched(accounts: Accounts): Accounts {
  const watch = <Port extends object>(port: Port, part: string): Port =>
    new Proxy(port, {
      get(target, name) {
        called.push(`${part}/${String(name)}`);
        return Reflect.get(target, name);
      },
    });
  return { users: watch(accounts.users, "users"), outbox: watch(accounts.outbox, "outbox") };
}

beforeEach(async () => {
  called = [];
  server = await serving(watched(memoryStores().accounts), secret);
});
afterEach(() => server.stop());

interface Sending {
  readonly name?: string;
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  readonly digest?: string;
  readonly sentAt?: number;
  readonly operation?: string;
  readonly by?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function signedBy(sending: Sending): string {
  const { name = "users/findById", body = JSON.stringify([nobody]) } = sending;
  const { sentAt = Date.now(), operation = randomUUID(), by = secret } = sending;
  const digest = sending.digest ?? digestOf(body);
  return authorization(keyOf(by), { name, sentAt, operation, digest });
}

async function post(sending: Sending = {}): Promise<Response> {
  const { name = "users/findById", method = "POST", headers } = sending;
  const body = sending.body ?? JSON.stringify([nobody]);
  return fetch(`${server.url}${sending.path ?? `/${name}`}`, {
    method,
    headers: { authorization: signedBy(sending), ...headers },
    ...(method === "POST" && { body }),
    redirect: "manual",
  });
}

/** Writes to a socket and answers all that comes back until the other side ends it. */
function raw(text: string, more: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(server.port, "127.0.0.1");
    socket.setEncoding("latin1").on("data", (part: string) => (received += part));
    socket.setTimeout(8000, () => socket.destroy(new Error("never ended")));
    socket.on("error", reject).on("close", () => resolve(received));
    socket.write(text);
    for (const part of more) socket.write(part);
  });
}

const head = (lines: readonly string[]): string =>
  ["POST /users/findById HTTP/1.1", "Host: x", ...lines, "", ""].join("\r\n");

describe("whoever does not know the secret", () => {
  const operation = randomUUID();
  const good = signedBy({});
  const strangers: Readonly<Record<string, () => Promise<Response>>> = {
    "signs with another secret": () => post({ by: aSecret() }),
    "signs nothing": () => post({ headers: { authorization: "" } }),
    "sends a bearer": () => post({ headers: { authorization: `Bearer ${secret}` } }),
    "speaks another version": () =>
      post({ headers: { authorization: good.replace("Latchkey 1", "Latchkey 2") } }),
    "cuts a signature short": () => post({ headers: { authorization: good.slice(0, -1) } }),
    "changes a sign of it": () =>
      post({
        headers: { authorization: good.replace(/.$/, (last) => (last === "A" ? "B" : "A")) },
      }),
    "takes one for another method": () => post({ path: "/users/findByEmail" }),
    "takes one for another operation": () =>
      post({ headers: { authorization: good.replace(/[0-9a-f-]{36}/, operation) } }),
    "takes one for another time": () =>
      post({ headers: { authorization: good.replace(/ \d{13} /, " 1767225600000 ") } }),
    "asks by GET": () => post({ method: "GET", by: aSecret() }),
    "asks for nothing that exists": () => post({ path: "/etc/passwd", by: aSecret() }),
    "writes the path in other ways": () => post({ path: "//users/findById" }),
    "spells it with escapes": () => post({ path: "/users%2FfindById" }),
    "spells it in capitals": () => post({ path: "/USERS/FINDBYID" }),
    "adds a query": () => post({ path: "/users/findById?x=1" }),
    "names a prototype's key": () => post({ path: "/__proto__", by: aSecret() }),
  };
  it.each(Object.entries(strangers))("%s: one and the same refusal", async (_what, ask) => {
    const response = await ask();
    expect(response.status).toBe(401);
    expect(await response.text()).toBe("{}");
    expect(response.headers.get(answerHeader)).toBeNull();
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(called).toEqual([]);
  });

  it("is refused before a byte of the body is sent", async () => {
    const answer = await raw(head(["Content-Length: 1000"]));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/connection: close/i);
  });

  it("climbs nowhere", async () => {
    for (const path of [
      "/x/../users/findById",
      "/users/%2e%2e/users/findById",
      "*",
      "http://x/users/findById",
    ]) {
      const lines = [`Authorization: ${signedBy({})}`, "Content-Length: 0"];
      const answer = await raw(head(lines).replace("/users/findById", path));
      expect(`${path}: ${answer}`).toMatch(/: HTTP\/1\.1 40[01] /);
    }
    expect(called).toEqual([]);
  });

  it("smuggles no second request behind a first", async () => {
    const second = head(["Content-Length: 0"]);
    for (const lines of [
      ["Content-Length: 5", "Transfer-Encoding: chunked"],
      ["Content-Length: 5", "Content-Length: 6"],
      ["Transfer-Encoding: chunked, identity"],
      ["Content-Length: 0"],
    ]) {
      const answer = await raw(head(lines) + second);
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(answer).toMatch(/^HTTP\/1\.1 40[01] /);
    }
    expect(called).toEqual([]);
  });
});

describe("a signed request", () => {
  it("answers signed for its own operation", async () => {
    const operation = randomUUID();
    const response = await post({ operation });
    const body = await response.text();
    expect([response.status, body]).toEqual([200, "null"]);
    expect(response.headers.get(answerHeader)).toBe(answerSignature(key, operation, 200, body));
  });

  it("is refused when it is too old or too young", async () => {
    for (const late of [-windowMs - 1000, windowMs + 1000]) {
      expect((await post({ sentAt: Date.now() + late })).status).toBe(409);
    }
    expect(called).toEqual([]);
    for (const late of [-windowMs + 2000, windowMs - 2000]) {
      expect((await post({ sentAt: Date.now() + late })).status).toBe(200);
    }
  });

  it("captured and sent again changes nothing, and is answered as it was", async () => {
    const accounts = httpStores({ url: server.url, secret }).accounts;
    const times = { createdAt: new Date(now), dueAt: new Date(now) };
    const payload = { userId: nobody, notice: "password_changed" } as const;
    const job = { id: randomUUID(), kind: "send-notice", payload, lane: null, ...times } as const;
    await accounts.outbox.enqueue([job], new Date(now));
    const claim = { name: "outbox/claim", body: JSON.stringify([["send-notice"], 10, 60, now]) };
    const captured = { ...claim, operation: randomUUID(), sentAt: Date.now() };
    const first = await (await post(captured)).text();
    expect(JSON.parse(first)).toMatchObject([{ id: job.id, attempts: 1 }]);
    called = [];
    expect(await (await post(captured)).text()).toBe(first);
    const [one, other] = await Promise.all([post(captured), post(captured)]);
    expect([await one.text(), await other.text()]).toEqual([first, first]);
    expect(called).toEqual([]);
  });

  it("with a body that it was not signed for is refused", async () => {
    expect((await post({ digest: digestOf("[]") })).status).toBe(400);
    expect(called).toEqual([]);
  });

  it("finds no method but those of the ports", async () => {
    for (const name of [
      ...["users", "users/", "users/watch", "outbox/watch", "users/constructor", "users/__proto__"],
      ...["__proto__", "toString", "users/findById/", "USERS/findById", "users/findbyid"],
    ]) {
      expect([name, (await post({ name })).status]).toEqual([name, 404]);
    }
    expect((await post({ method: "GET" })).status).toBe(404);
    expect(called).toEqual([]);
  });

  const claim = {
    ...{ id: nobody, email: "a@b.example", tag: "ada", firstName: "A", lastName: "L" },
    ...{ passwordHash: "h", locale: "en", createdAt: now, expiresAt: now },
  };
  const job = {
    ...{ id: nobody, kind: "send-notice", lane: null, createdAt: now, dueAt: now },
    payload: { userId: nobody, notice: "password_changed" },
  };
  const wrong: readonly (readonly [string, unknown])[] = [
    ...[null, {}, "x", 1, [], [1], [nobody, nobody], [{ id: nobody }], ["x".repeat(129)]].map(
      (input) => ["users/findById", input] as const,
    ),
    ...["\u0000", "\ud800"].map((text) => ["users/findById", [text]] as const),
    ...[
      ...["2026-01-01", "2026-02-30T00:00:00.000Z", "2026-01-01T00:00:00Z", 1, null, "", "now"],
      ...["2026-01-01T00:00:00.000+00:00", "+002026-01-01T00:00:00.000Z", { toISOString: now }],
    ].map((time) => ["users/findRegistration", [nobody, time]] as const),
    ...[
      { ...claim, id: "1" },
      { ...claim, role: "admin" },
      { ...claim, email: undefined },
      { ...claim, locale: "de" },
      { ...claim, tag: { $ne: 1 } },
      { ...claim, passwordHash: null },
    ].map((one) => ["users/addRegistration", [one, [], now]] as const),
    ["users/addRegistration", [claim, {}, now]],
    ["users/commitLogin", [nobody, -1, now]],
    ["users/commitLogin", [nobody, 1.5, now]],
    ["users/setDisabled", [nobody, "true", [], now]],
    ["users/findForLogin", [{ kind: "id", id: nobody }, now]],
    ["outbox/claim", [["send-notice"], 1001, 60, now]],
    ["outbox/claim", [["send-notice"], -1, 60, now]],
    ["outbox/claim", [["drop-tables"], 10, 60, now]],
    ["outbox/claim", [["send-notice"], 10, null, now]],
    ...[
      { ...job, kind: "run-anything" },
      { ...job, payload: { ...job.payload, notice: "won" } },
      { ...job, payload: { ...job.payload, password: "x" } },
      { ...job, id: "1" },
      { ...job, sequence: 1 },
    ].map((one) => ["outbox/enqueue", [[one], now]] as const),
  ];
  it.each(wrong)("with input that is not the method's is refused: %s %j", async (name, input) => {
    const response = await post({ name, body: JSON.stringify(input) });
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("{}");
    expect(called).toEqual([]);
  });

  it.each([
    ["no JSON", "[", "outbox/count"],
    [
      "a key of the prototype",
      `[{"__proto__":{"x":1}},${JSON.stringify(now)}]`,
      "users/findForLogin",
    ],
    ["very deep", "[".repeat(100_000), "outbox/count"],
    ["nothing", "", "outbox/count"],
  ])("with a body that is %s is refused", async (_what, body, name) => {
    expect((await post({ name, body })).status).toBe(400);
    expect(called).toEqual([]);
  });

  it("with a body that is too long, packed, or of unknown length is refused", async () => {
    const long = "x".repeat(300 * 1024);
    expect((await post({ body: long })).status).toBe(413);
    const authorized = `Authorization: ${signedBy({})}`;
    expect(await raw(head([authorized, "Content-Length: 300000"]))).toMatch(/^HTTP\/1\.1 413 /);
    expect(await raw(head([authorized, "Transfer-Encoding: chunked"]))).toMatch(/^HTTP\/1\.1 411 /);
    expect(await raw(head([authorized, "Content-Encoding: gzip", "Content-Length: 1"]))).toMatch(
      /^HTTP\/1\.1 415 /,
    );
    expect(called).toEqual([]);
  });

  it("whose body comes too slowly is given up", async () => {
    const answer = await raw(head([`Authorization: ${signedBy({})}`, "Content-Length: 40"]), ["["]);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(called).toEqual([]);
  });

  it("that breaks off leaves the server as it was", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(head([`Authorization: ${signedBy({})}`, "Content-Length: 40"]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await post()).status).toBe(200);
  });
});
