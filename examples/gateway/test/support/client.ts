import assert from "node:assert/strict";
import { type Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import type { System } from "../../src/system.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** How long it took. */
  readonly ms: number;
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Its connections are used again; a new connection when absent. */
  readonly agent?: Agent;
  /** The loopback address it comes from. */
  readonly from?: string;
}

export interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface Person {
  readonly email: string;
  readonly tag: string;
  readonly password: string;
}

/** What clients can do at the gateway, over TLS. */
export interface Client {
  /** Every word that has to be nowhere else: passwords, codes, tokens. */
  readonly secrets: Set<string>;
  send(method: string, path: string, asking?: Asking): Promise<Answer>;
  post(path: string, fields: object, asking?: Asking): Promise<Answer>;
  bearer(method: string, path: string, token: string, asking?: Asking): Promise<Answer>;
  login(name: string, password: string, asking?: Asking): Promise<Pair>;
  /** Somebody who has registered and confirmed. */
  account(tag: string): Promise<Person>;
  /** The newest mail of a kind, whichever service sent it. */
  mail(to: string, kind: string): Promise<string>;
  /** Writes text as it is, and answers what comes back. */
  raw(text: string): Promise<string>;
  pairOf(answer: Answer): Pair;
}

export function clientOf(system: System): Client {
  const { port, hostname } = new URL(system.url);
  const secrets = new Set<string>();

  const send: Client["send"] = (method, path, asking = {}) => {
    const { body, agent, from } = asking;
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const headers = { ...length, ...asking.headers };
    const sent = performance.now();
    return new Promise((resolve, reject) => {
      const target = { host: "127.0.0.1", servername: hostname, port, method, path };
      const how = { headers: { host: `${hostname}:${port}`, ...headers }, ca: system.certificate };
      const where = { agent: agent ?? false, ...(from !== undefined && { localAddress: from }) };
      const outgoing = request({ ...target, ...how, ...where } as never, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (part: string) => (text += part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const ms = performance.now() - sent;
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, ms });
        });
      });
      outgoing.on("error", reject).end(body);
    });
  };

  const client: Client = {
    secrets,
    send,
    post: (path, fields, asking = {}) =>
      send("POST", path, {
        ...asking,
        headers: { "content-type": "application/json", ...asking.headers },
        body: JSON.stringify(fields),
      }),
    bearer: (method, path, token, asking = {}) =>
      send(method, path, {
        ...asking,
        headers: { authorization: `Bearer ${token}`, ...asking.headers },
      }),
    async login(tag, password, asking) {
      return client.pairOf(
        await client.post("/api/v1/tokens/public/login", { tag, password }, asking),
      );
    },
    async account(tag) {
      const password = `canary of a password, ${tag}`;
      const person = { email: `${tag}@example.com`, tag, password };
      secrets.add(password);
      const name = { firstName: "Ada", lastName: "Lovelace" };
      const created = await client.post("/api/v1/users/public/create", { ...name, ...person });
      const { registrationId } = fieldsOf(created, 201);
      const code = /^\d{6}$/m.exec(await client.mail(person.email, "confirmation_code"))?.[0];
      const { email } = person;
      const confirmation = { email, registrationId, confirmationCode: code };
      fieldsOf(await client.post("/api/v1/users/public/confirm", confirmation), 200);
      return person;
    },
    async mail(to, kind) {
      for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
        const boxes = system.services.map(async (service) => {
          const answer = await fetch(`${service}/dev/mailbox.json`);
          return (await answer.json()) as { to: string; kind: string; text: string; at: string }[];
        });
        const mails = (await Promise.all(boxes)).flat();
        const found = mails.findLast((mail) => mail.to === to && mail.kind === kind);
        if (found !== undefined) return found.text;
      }
      throw new Error(`no ${kind} came to ${to}`);
    },
    raw: (text) =>
      new Promise((resolve, reject) => {
        let received = "";
        const where = { host: "127.0.0.1", port: Number(port), servername: hostname };
        const socket = connect({ ...where, ca: system.certificate });
        socket.setEncoding("latin1").on("data", (part: string) => (received += part));
        // Silence is an answer, too.
        socket.setTimeout(1000, () => socket.destroy());
        socket.on("error", (error: NodeJS.ErrnoException) => {
          if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
        });
        socket.on("close", () => resolve(received));
        socket.once("secureConnect", () => socket.write(text, "latin1"));
      }),
    pairOf(answer) {
      const { accessToken, refreshToken } = fieldsOf(answer, 200);
      const pair = { accessToken: String(accessToken), refreshToken: String(refreshToken) };
      for (const token of Object.values(pair)) {
        for (const part of [token, ...token.split(".").slice(1)]) secrets.add(part);
      }
      return pair;
    },
  };
  return client;
}

/** The fields of an answer that has to have this status. */
export function fieldsOf(answer: Answer, status: number): Record<string, unknown> {
  assert.equal(answer.status, status, answer.text);
  return JSON.parse(answer.text) as Record<string, unknown>;
}

/** Status and machine word of a refusal, which has to be a problem that nobody keeps. */
export function refusalOf(answer: Answer): readonly [status: number, code: unknown] {
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/, answer.text);
  assert.equal(answer.headers["cache-control"], "no-store");
  const { status, code } = JSON.parse(answer.text) as Record<string, unknown>;
  assert.equal(status, answer.status);
  return [answer.status, code];
}

/** Who the application was told asks. */
export function identityIn(answer: Answer): Readonly<Record<string, string>> {
  const { identity } = fieldsOf(answer, 200) as { identity: readonly [string, string][] };
  const entries = Object.fromEntries(identity);
  assert.equal(Object.keys(entries).length, identity.length, "each header once");
  return entries;
}
