import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** One connection that is kept, and asked one thing at a time. */
export interface Stopwatch {
  /** Milliseconds from the last byte written to the first byte read. */
  time(path: string, body: object): Promise<number>;
  stop(): void;
}

export async function startStopwatch(url: string): Promise<Stopwatch> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  return {
    async time(path, body) {
      const text = JSON.stringify(body);
      const lines = [
        `POST ${path} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        "Content-Type: application/json",
        `Content-Length: ${Buffer.byteLength(text)}`,
      ];
      socket.write(`${lines.join("\r\n")}\r\n\r\n${text}`);
      const from = process.hrtime.bigint();
      return Number((await firstByte(socket)) - from) / 1e6;
    },
    stop: () => void socket.destroy(),
  };
}

/** When the answer began; resolves when it is there as a whole. */
function firstByte(socket: Socket): Promise<bigint> {
  return new Promise((resolve, reject) => {
    let at: bigint | null = null;
    let text = "";
    const done = (error: Error | null): void => {
      socket.off("data", read).off("error", done).off("close", gone);
      if (error !== null) reject(error);
      else resolve(at ?? 0n);
    };
    const gone = (): void => done(new Error("the connection was closed"));
    const read = (chunk: Buffer): void => {
      at ??= process.hrtime.bigint();
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(text) ?? [];
      if (end === -1 || length === undefined) return;
      if (text.length < end + 4 + Number(length)) return;
      const status = Number(text.slice(9, 12));
      done(status === 429 || status >= 500 ? new Error(`answered ${status}`) : null);
    };
    socket.on("data", read).on("error", done).on("close", gone);
  });
}
