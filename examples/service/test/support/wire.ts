import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Sending {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Sends one request, its path as it stands, on a connection of its own. */
export function send(method: string, url: string, sending: Sending = {}): Promise<Answer> {
  const [, base = "", path = "/"] = /^(http:\/\/[^/]+)(.*)$/.exec(url) ?? [];
  const { hostname, port } = new URL(base);
  const { body } = sending;
  // Node says how long a body is for some methods only.
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { ...length, ...sending.headers };
  return new Promise((resolve, reject) => {
    const target = { hostname, port, method, path, headers, agent: false };
    const outgoing = request(target, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part: string) => (text += part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
    });
    outgoing.on("error", reject).end(body);
  });
}

export function post(url: string, fields: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return send("POST", url, { headers, body: JSON.stringify(fields) });
}

export function withBearer(token: string): Sending {
  return { headers: { authorization: `Bearer ${token}` } };
}

/** The fields of an answer that has to have this status. */
export function fieldsOf(answer: Answer, status: number): Record<string, unknown> {
  assert.equal(answer.status, status, answer.text);
  return JSON.parse(answer.text) as Record<string, unknown>;
}

/** The machine word of a refusal. */
export function codeOf(answer: Answer): unknown {
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  return (JSON.parse(answer.text) as Record<string, unknown>)["code"];
}

/** Writes text to a socket and answers what comes back until the other side closes it. */
export function sendRaw(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    socket.setEncoding("latin1").on("data", (part: string) => (received += part));
    socket.setTimeout(5000, () => socket.destroy(new Error("no answer in time")));
    socket.on("error", reject).on("close", () => resolve(received));
    socket.write(text);
  });
}

/** Whether anybody listens there. */
export function isListening(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
    socket.on("connect", () => socket.destroy().once("close", () => resolve(true)));
    socket.on("error", () => resolve(false));
  });
}
