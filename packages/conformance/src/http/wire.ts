import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

/** One request, exactly as it goes out. */
export interface Sending {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, repetitions allowed. */
  readonly headers?: readonly string[] | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/** One answer, as it came in. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** By name, in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The body. */
  readonly text: string;
  /** What was asked, for messages of assertions. */
  readonly asked: string;
}

/** Sends a request on a connection of its own. */
export function send(base: string, sending: Sending): Promise<Answer> {
  const { method, path, headers = [], body } = sending;
  const { hostname, port, host } = new URL(base);
  const length = body === undefined ? [] : ["content-length", String(Buffer.byteLength(body))];
  const given = new Set(headers.filter((_, index) => index % 2 === 0).map((n) => n.toLowerCase()));
  const own = given.has("host") ? [] : ["host", host];
  const framed = given.has("content-length") || given.has("transfer-encoding") ? [] : length;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path, agent: false, headers: [...own, ...framed, ...headers] },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(parts).toString(),
            asked: `${method} ${path}`,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Writes bytes to a socket and answers what comes back until the other side closes it. */
export function sendRaw(
  base: string,
  bytes: string | Uint8Array,
  patienceMilliseconds = 5000,
): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    const end = (): void => resolve(Buffer.concat(parts).toString("latin1"));
    socket.setTimeout(patienceMilliseconds, () => socket.destroy(new Error("no answer in time")));
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.on("end", () => socket.destroy());
    socket.on("close", end);
    socket.on("error", (error) => (parts.length > 0 ? end() : reject(error)));
  });
}

/** A request as text, closing the connection after its answer. */
export function rawRequest(line: string, headers: readonly string[], body = ""): string {
  const given = [`${line} HTTP/1.1`, "Host: 127.0.0.1", "Connection: close", ...headers];
  if (body !== "") given.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${given.join("\r\n")}\r\n\r\n${body}`;
}

/** What a socket gave back as an answer, without interim ones (RFC 9110, section 15.2). */
export function parseAnswer(raw: string, asked: string): Answer {
  const end = raw.indexOf("\r\n\r\n");
  const [line = "", ...rest] = raw.slice(0, Math.max(end, 0)).split("\r\n");
  const after = raw.slice(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
  if (status >= 100 && status < 200) return parseAnswer(after, asked);
  const headers: Record<string, string> = {};
  for (const header of rest) {
    const colon = header.indexOf(":");
    const name = header.slice(0, colon).toLowerCase();
    const value = header.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status, headers, text: Buffer.from(after, "latin1").toString(), asked };
}

/** The parsed body of an answer. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}
