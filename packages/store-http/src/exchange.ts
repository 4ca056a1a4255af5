import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { SecureContextOptions } from "node:tls";

/** Whom to trust and who we are, where certificates say so: as `node:tls` takes them. */
export interface HttpStoresTls extends Pick<SecureContextOptions, "ca" | "cert" | "key"> {
  /** The name that the other side's certificate must have (the host of `url`). */
  readonly servername?: string | undefined;
}

/** What came back, as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Makes one POST and hands back whatever is answered, redirects included. */
export type Exchange = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  how: { readonly fresh: boolean; readonly signal: AbortSignal },
) => Promise<Reply>;

/** As much as a thousand of the longest jobs. */
const maxReplyBytes = 4 * 1024 * 1024;

/**
 * Connections to one address, kept open between calls. Agents of our own: neither the environment's
 * proxies nor anybody's global settings have a say.
 */
export function exchangeWith(url: URL, tls: HttpStoresTls, connections: number): Exchange {
  const secure = url.protocol === "https:";
  const Agent = secure ? HttpsAgent : HttpAgent;
  const options = secure ? { ...tls, rejectUnauthorized: true } : {};
  const pool = new Agent({ ...options, keepAlive: true, maxSockets: connections });
  // One that may have died unnoticed is no place to send a thing a second time.
  const single = new Agent({ ...options, keepAlive: false });
  const request = secure ? httpsRequest : httpRequest;
  const base = url.pathname.replace(/\/+$/, "");

  return (path, headers, body, { fresh, signal }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url.origin);
      target.pathname = `${base}/${path}`;
      const sent = { "content-length": String(Buffer.byteLength(body)), ...headers };
      const outgoing = request(
        target,
        { method: "POST", agent: fresh ? single : pool, headers: sent, signal },
        (incoming) => {
          read(incoming).then(
            (bytes) =>
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                body: bytes,
              }),
            reject,
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxReplyBytes) {
      incoming.destroy();
      throw new Error("the answer is too long");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
