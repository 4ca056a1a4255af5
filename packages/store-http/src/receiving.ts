import type { IncomingMessage } from "node:http";

/** The longest body of a request: an outbox of hundreds of jobs in one go. */
export const maxRequestBytes: number = 256 * 1024;
export const tooLong = 413;

/** A signed request whose body has not come by then is given up. */
const patienceMs = 2000;

/** The whole body, or the status that refuses it. */
export async function receive(request: IncomingMessage): Promise<Buffer | number> {
  const { headers } = request;
  if (headers["content-encoding"] !== undefined) return 415;
  // Our client says how long a body is; of a request that says it in two ways, two may read two.
  if (headers["transfer-encoding"] !== undefined) return 411;
  if (!/^\d{1,9}$/.test(headers["content-length"] ?? "")) return 411;
  if (Number(headers["content-length"]) > maxRequestBytes) return tooLong;
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(408), patienceMs);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => {
      clearTimeout(timer);
      reject(new Error("the connection ended before the body did"));
    });
  });
}
